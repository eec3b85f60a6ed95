import { SqliteStore } from '@coatcheck/store-sqlite'
import Database from 'better-sqlite3'
import { expect, it, vi } from 'vitest'
import { lib } from './support/lib.ts'

type Times = { median: number; low: number; high: number }
type BySize = Record<string, { wall: Times; cpu: Times; times: Times }>
type Figures = Record<string, Record<'get' | 'update', BySize>>

const { copyRows, inBatches, MYSQL, POSTGRES, SQLITE } = await lib<{
  copyRows(copies: object): string
  inBatches(
    count: number,
    milliseconds: number,
    make: (from: number, to: number) => unknown,
    batch?: number,
  ): Promise<boolean>
  MYSQL: object
  POSTGRES: object
  SQLITE: object
}>('../servers/scale/copies')
const { growth, sizesTable } = await lib<{
  growth(sizes: number[], figures: Figures): { ticks: string[]; panels: { lines: object }[] }
  sizesTable(
    sizes: number[],
    figures: Figures,
    missing: Record<string, string>,
  ): { columns: string[]; rows: string[][]; aims: { aim: string; seen: string; met: boolean | null }[] }
}>('scale')

function flat(value: number): Times {
  return { median: value, low: value, high: value }
}

function at(times: number): BySize[string] {
  return { wall: flat(20 * times), cpu: flat(10 * times), times: flat(times) }
}

const SIZES = [1e3, 1e4]
const FIGURES: Figures = {
  redis: { get: { 1000: at(1), 10000: at(1.25) }, update: { 1000: at(1), 10000: at(3) } },
  mongodb: { get: { 1000: at(1) }, update: { 1000: at(1) } },
}

it('copies: each is a session of the store, with another id and a later expiry', async () => {
  const client = new Database(':memory:')
  const store = new SqliteStore({ client, table: 'scale' })
  const expires = new Date(Date.now() + 60_000)
  await store.set('original', { cookie: { originalMaxAge: 60_000, expires }, name: 'Ada' })
  const rowOf = (sid: string) =>
    client.prepare('SELECT * FROM scale WHERE sid = ?').get(sid) as { expires: number; data: string }
  const row = rowOf('original')
  for (const from of [0, 10_000]) {
    client.exec(copyRows({ table: 'scale', row, from, count: 10_020, dialect: SQLITE }))
  }
  expect(await store.length()).toBe(10_021)
  for (const n of [0, 7, 9999, 10_000, 10_019]) {
    expect(await store.get(`s${n}`)).toMatchObject({ name: 'Ada' })
    expect(rowOf(`s${n}`)).toMatchObject({ data: row.data, expires: row.expires + n })
  }
  await store.close()
  client.close()
})

it('copies: each database is asked in its own words', () => {
  const row = { sid: 'original', data: '{}', expires: new Date(0), owner: null }
  const copies = { table: 'scale', from: 0, count: 1000 }
  expect(copyRows({ ...copies, row, dialect: POSTGRES })).toMatch(
    /INSERT INTO scale \(sid, data, expires, owner\)\s+SELECT 's' \|\| n, data, expires \+ n \* interval '1 millisecond', owner\s/,
  )
  expect(copyRows({ ...copies, row: { ...row, expires: 0 }, dialect: MYSQL })).toMatch(
    /SELECT CONCAT\('s', n\), data, expires \+ n, owner\s/,
  )
})

it('batches: they are made in order, the last one only as far as is wanted', async () => {
  const make = vi.fn()
  expect(await inBatches(25, 60_000, make, 10)).toBe(true)
  expect(make.mock.calls).toEqual([
    [0, 10],
    [10, 20],
    [20, 25],
  ])
})

it('batches: they end when the time is over, and the answer says so', async () => {
  const make = vi.fn(() => new Promise(resolve => setTimeout(resolve, 5)))
  expect(await inBatches(1e9, 1, make, 10)).toBe(false)
  expect(make.mock.calls.length).toBeLessThan(1e8)
})

it('table: it says what each size costs, and which was not filled', () => {
  const { columns, rows } = sizesTable(SIZES, FIGURES, { mysql: 'its server cannot be started' })
  expect(columns).toEqual(['store', 'operation', '1,000 sessions', '10,000 sessions', 'last to first'])
  expect(rows).toEqual([
    ['redis', 'get', '20 µs', '25 µs', '1.25 (1.25..1.25)'],
    ['redis', 'update', '20 µs', '60 µs', '3.00 (3.00..3.00)'],
    ['mongodb', 'get', '20 µs', 'not filled in time', ''],
    ['mongodb', 'update', '20 µs', 'not filled in time', ''],
    ['mysql', 'its server cannot be started', '', '', ''],
  ])
})

it('aims: flat is met, growth is not, and what was not measured is neither', () => {
  const { aims } = sizesTable(SIZES, FIGURES, { mysql: 'its server cannot be started' })
  expect(aims.map(({ met }) => met)).toEqual([true, false, null, null, null])
  expect(aims[0]!.aim).toBe('redis, get with 10,000 sessions: at most 1.5 times the time with 1,000')
})

it('picture: a line of each store, relative to the smallest size', () => {
  const { ticks, panels } = growth(SIZES, FIGURES)
  expect(ticks).toEqual(['10³', '10⁴'])
  expect(panels.map(({ lines }) => lines)).toEqual([
    { redis: [1, 1.25], mongodb: [1, null] },
    { redis: [1, 3], mongodb: [1, null] },
  ])
})
