import { expect, it } from 'vitest'
import { lib } from './support/lib.ts'

interface Cost {
  median: number
}
type Costs = Record<string, Record<string, Cost>>

const { chartsOf, pageOf } = await lib<{
  chartsOf(results: object): { file: string; groups: object[] }[]
  pageOf(results: object): string
}>('report')
const { costsOf, opening } = await lib<{
  costsOf(host: string, samples: object[], bytes: object): Costs
  opening(costs: Costs, node: string): { groups: { label: string; own: boolean }[] }
}>('peer-costs')
const { gains, HOSTS } = await lib<{
  gains(costs: object): { columns: string[]; rows: string[][] }
  HOSTS: Record<string, { packages: string[] }>
}>('peers')

const PATHS = ['read', 'write', 'anonymous', 'new']

/** Samples of two sets of processes: a server without sessions takes 10 µs, and the package at `i` takes `i` µs more. */
function costsOfAll(): Costs {
  return Object.assign(
    {},
    ...Object.entries(HOSTS).map(([host, { packages }]) => {
      const names = ['bare', ...packages]
      const round = Object.fromEntries(names.map((name, i) => [name, [10 + i, 20 + i]]))
      const bytes = Object.fromEntries(names.map(name => [name, { sent: 1020, read: 0, write: 1067 }]))
      const samples = Object.fromEntries(PATHS.map(path => [path, round]))
      return costsOf(host, [samples, samples], bytes)
    }),
  )
}

function caseOf(more: object = {}): object {
  const machine = { cores: 2, cpu: 'CPU', platform: 'linux', node: 'v24.0.0', load: 'wrk', versions: {} }
  return {
    title: 'A case',
    method: 'Measured.',
    columns: ['a'],
    rows: [['1']],
    aims: [],
    machine,
    servers: {},
    date: '2026-11-26T00:00:00Z',
    ...more,
  }
}

it('costs: what a package costs is its time minus that of the server without sessions in the same round', () => {
  const costs = costsOfAll()
  expect(costs['http coatcheck']!.read).toEqual({ median: 1, low: 1, high: 1 })
  expect(costs['koa koa-session']!.write!.median).toBe(2)
})

it('costs: a request without a token costs nothing, so it has no figure', () => {
  const costs = costsOfAll()
  expect(Object.keys(costs['http jose']!)).not.toContain('anonymous')
  expect(Object.keys(costs['http coatcheck']!)).toContain('anonymous')
})

it('costs: the table of what you get has every package, with the bytes of its cookies', () => {
  const costs = costsOfAll()
  const { columns, rows } = gains(costs)
  expect(rows).toHaveLength(Object.keys(costs).length)
  for (const row of rows) expect(row).toHaveLength(columns.length)
  const iron = rows.find(([name]) => name === 'iron-session')
  expect(iron).toEqual([
    'iron-session',
    'in the cookie',
    'encrypted',
    'no, before it expires',
    '4 KB',
    '1,020 bytes',
    '0, 1,067 bytes',
  ])
})

it('picture: the cheapest is first, and ours are marked', () => {
  const { groups } = opening(costsOfAll(), '24')
  expect(groups[0]).toMatchObject({ own: true })
  expect(groups.filter(({ own }) => own)).toHaveLength(Object.keys(HOSTS).length)
  expect(groups.at(-1)).toMatchObject({ label: 'jose, CryptoKey', own: false })
})

it('page: it begins with the pictures and what they say, and the aims come after the cases', () => {
  const costs = costsOfAll()
  const results = {
    peers: caseOf({ charts: [opening(costs, '24')], figures: { costs } }),
    redis: caseOf({
      charts: [{ file: 'performance-2.svg', title: 'Databases', groups: [] }],
      aims: [
        { aim: 'fast', seen: '2.00', met: true },
        { aim: 'small', seen: '9 KB', met: false },
        { aim: 'here', seen: 'not measured', met: null },
      ],
    }),
  }
  const page = pageOf(results)
  const places = [
    '# Performance',
    '![What a request costs: CPU time of sessions, Node 24](performance.svg)',
    '![Databases](performance-2.svg)',
    'A request that reads its session costs 1 µs',
    'meets 1 of [3 aims](#aims)',
    '## A case',
    '## Aims',
    '| fast | 2.00 | met |',
    '| small | 9 KB | not met |',
    '| here | not measured | not measured |',
    '## Machine and versions',
  ].map(part => page.indexOf(part))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
})

it('page: a picture that is not at the top is in the section of its case, and further tables follow the first', () => {
  const page = pageOf({
    scale: caseOf({
      charts: [{ file: 'performance-scale.svg', title: 'Flat', panels: [] }],
      tables: [{ text: 'More.', columns: ['b'], rows: [['2']] }],
    }),
  })
  expect(page).toContain(
    '## A case\n\n![Flat](performance-scale.svg)\n\nMeasured.\n\n| a |\n| --- |\n| 1 |\n\nMore.\n\n| b |\n| --- |\n| 2 |',
  )
})

it('page: charts of several cases with the same file are one picture', () => {
  const chart = (label: string) => ({ file: 'performance-2.svg', title: 'Databases', groups: [{ label }] })
  const charts = chartsOf({
    redis: caseOf({ charts: [chart('redis')] }),
    mysql: caseOf({ charts: [chart('mysql')] }),
  })
  expect(charts).toEqual([{ ...chart('redis'), groups: [{ label: 'redis' }, { label: 'mysql' }] }])
})
