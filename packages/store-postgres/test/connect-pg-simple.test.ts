import connectPgSimple from 'connect-pg-simple'
import expressSession from 'express-session'
import type pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expireAlike, itServesOneTable, onOurs, onTheirs } from '../../session/test/support/one-table.ts'
import { newSchema, openPool, sessionOf, storeOn } from './support/postgres.ts'

const PgSimple = connectPgSimple(expressSession)

/** Both packages on the table that connect-pg-simple has made, each with connections of its own. */
async function openBoth(timeZone: string, theirZone = timeZone) {
  const schema = await newSchema()
  const poolIn = (zone: string) => openPool({ options: `-c search_path=${schema} -c TimeZone=${zone}` })
  const [pool, theirPool] = [poolIn(timeZone), poolIn(theirZone)]
  const theirs = new PgSimple({ pool: theirPool, createTableIfMissing: true, pruneSessionInterval: false })
  onTestFinished(() => theirs.close())
  await new Promise<void>(resolve => theirs.get('nobody', () => resolve()))
  const ours = storeOn(pool, { table: 'session' })
  return {
    pool,
    theirs,
    ours,
    rows: async () => (await pool.query('SELECT FROM session')).rowCount!,
    age: () => pool.query("UPDATE session SET expire = expire - interval '2 minutes'"),
  }
}

/** The one statement of the README that gives the column its time zone. */
async function move(pool: pg.Pool, zone: string): Promise<void> {
  await pool.query(
    `ALTER TABLE "session" ALTER COLUMN expire TYPE timestamptz USING expire AT TIME ZONE '${zone}'`,
  )
}

describe.each(['UTC', 'America/St_Johns', 'Asia/Tokyo'])('TimeZone %s', timeZone => {
  itServesOneTable(() => openBoth(timeZone))

  it('expiry: what one package takes to have expired, the other does too', async () => {
    await expireAlike(await openBoth(timeZone))
  })
})

describe('the move to timestamptz', () => {
  it('move: nobody is logged out, connections may differ afterwards, and both packages go on', async () => {
    const { pool, theirs, ours } = await openBoth('America/St_Johns')
    const [before, after] = [await onTheirs(theirs), await onOurs(ours)]
    const { cookie } = await before('/login')
    expect((await after('/', cookie)).text).toBe('Ada 1')
    const end = async () =>
      (await pool.query('SELECT expire::timestamptz AS at FROM session')).rows[0].at as Date
    const stored = await end()
    await move(pool, 'America/St_Johns')
    expect(await end()).toEqual(stored)
    expect((await after('/', cookie)).text).toBe('Ada 2')
    expect((await before('/', cookie)).text).toBe('Ada 3')
    const options = `-c TimeZone=Asia/Tokyo -c search_path=${(await pool.query('SHOW search_path')).rows[0].search_path}`
    const tokyo = await onOurs(storeOn(openPool({ options }), { table: 'session' }))
    expect((await tokyo('/', cookie)).text).toBe('Ada 4')
    expect((await before('/', cookie)).text).toBe('Ada 5')
  })

  it('move: while requests are served, none of them fails', async () => {
    const { pool, theirs, ours } = await openBoth('America/St_Johns')
    const apps = [await onTheirs(theirs), await onOurs(ours, { conflict: 'merge' })]
    await pool.query(`
      INSERT INTO session
      SELECT md5(i::text), '{"cookie":{}}', now() + interval '1 hour' FROM generate_series(1, 50000) AS i`)
    const visitors = await Promise.all(Array.from({ length: 8 }, (_, i) => apps[i % 2]!('/login')))
    let moved = false
    let served = 0
    const lanes = visitors.map(async ({ cookie }, lane) => {
      for (let visit = 1; !moved || visit < 20; visit++) {
        expect((await apps[(lane + visit) % 2]!('/', cookie)).text).toBe(`Ada ${visit}`)
        served++
      }
    })
    while (served < 50) await new Promise(setImmediate)
    await move(pool, 'America/St_Johns')
    moved = true
    await Promise.all(lanes)
  })

  it('move: without it, connections whose TimeZone differs disagree', async () => {
    const { theirs, ours } = await openBoth('Asia/Tokyo', 'UTC')
    const { cookie } = await (await onTheirs(theirs))('/login')
    // Noon in UTC is noon in Tokyo to this column: nine hours ago.
    expect((await (await onOurs(ours))('/', cookie)).text).toBe('nobody 0')
  })
})

describe('clocks that change', () => {
  /**
   * A time zone whose summer time begins or ends in ten minutes, in the notation of POSIX: it is at UTC, and an hour ahead of that
   * in summer. The day after the next decides what it is until then.
   */
  async function zoneOf(change: 'begins' | 'ends'): Promise<string> {
    const sql = `
      SELECT extract(doy FROM at)::int - 1 AS day, to_char(at, 'HH24:MI:SS') AS time
      FROM (SELECT (now() + $1::interval) AT TIME ZONE 'UTC' AS at) AS t`
    const until = change === 'ends' ? '70 min' : '10 min'
    const { day, time } = (await openPool({ max: 1 }).query(sql, [until])).rows[0]
    const rules = [`${day}/${time}`, `${(day + 2) % 365}/0`]
    return `<W>0<S>-1,${change === 'begins' ? rules : rules.reverse()}`
  }

  /** How many minutes a session lives that is to live so many, now in this zone. */
  async function livesOf(zone: string, wanted: number[]): Promise<number[]> {
    const schema = await newSchema()
    const pool = openPool({ options: `-c search_path=${schema} -c TimeZone=${zone}` })
    await pool.query('CREATE TABLE session (sid varchar PRIMARY KEY, sess json, expire timestamp(6))')
    const store = storeOn(pool, { table: 'session' })
    const lives: number[] = []
    for (const minutes of wanted) {
      await store.set('a', sessionOf({}, minutes * 60_000))
      // The expiry that is shown is the one that the database goes by.
      const { cookie } = (await store.get('a'))!
      lives.push(Math.round((new Date(cookie.expires as Date).valueOf() - Date.now()) / 60_000))
    }
    return lives
  }

  it('expiry: where an hour is left out, every session lives as long as it is to live', async () => {
    expect(await livesOf(await zoneOf('begins'), [5, 9, 11, 75])).toEqual([5, 9, 11, 75])
  })

  it('expiry: where an hour comes twice, one that ends in the first lives until the same time in the second', async () => {
    expect(await livesOf(await zoneOf('ends'), [5, 9, 11, 75])).toEqual([65, 69, 11, 75])
  })
})
