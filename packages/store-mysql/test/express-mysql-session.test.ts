import type { Pool } from 'mysql2/promise'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expireAlike, found, itServesOneTable } from '../../session/test/support/one-table.ts'
import { expressMysqlSession } from './support/express-mysql-session.ts'
import { newDatabase, openPool, rowsOf, sessionOf, storeOn } from './support/mysql.ts'

/** Both packages on the table that express-mysql-session has made, each with connections of its own. */
async function openBoth(timezone = '+00:00') {
  const database = await newDatabase()
  const poolIn = () => {
    const pool = openPool(database)
    pool.pool.on('connection', connection => {
      connection.query(`SET time_zone = '${timezone}'`, () => {})
    })
    return pool
  }
  const [pool, theirPool] = [poolIn(), poolIn()]
  const theirs = expressMysqlSession(theirPool)
  onTestFinished(() => theirs.close())
  await theirs.onReady()
  return {
    pool,
    theirs,
    ours: storeOn(pool),
    rows: async () => (await rowsOf(pool, 'SELECT * FROM sessions')).length,
    age: () => pool.query('UPDATE sessions SET expires = expires - 120'),
  }
}

describe("express-mysql-session's table", () => {
  itServesOneTable(openBoth)

  it.each(['+00:00', '-02:30', '+14:00'])(
    'expiry: what one package takes to have expired, the other does too (time_zone %s)',
    async timezone => expireAlike(await openBoth(timezone)),
  )

  it('expiry: a session never ends early, and at most a second late, as theirs', async () => {
    const { pool, ours } = await openBoth()
    const ages = Array.from({ length: 40 }, (_, i) => 100 + i * 47)
    const endOf = async (sid: string) =>
      Number((await rowsOf(pool, 'SELECT expires FROM sessions WHERE session_id = ?', [sid]))[0]!.expires)
    for (const age of ages) {
      const before = Date.now()
      await ours.set('a', sessionOf({}, age))
      const after = Date.now()
      // They take a session for expired when the time, rounded, is past this.
      const end = (await endOf('a')) * 1000 + 500
      expect(end).toBeGreaterThanOrEqual(before + age)
      expect(end).toBeLessThanOrEqual(after + age + 1000)
    }
  })

  it('expiry: a lifetime beyond what the column can hold ends with that', async () => {
    const { ours, theirs } = await openBoth()
    await ours.set('a', sessionOf({}, 1e14))
    expect(await ours.get('a')).toBeDefined()
    expect(await found(theirs, 'a')).toBe(true)
  })

  it('set: an id that is too long for the column is refused, and is found nowhere', async () => {
    const { pool, ours } = await openBoth()
    await pool.query("SET GLOBAL sql_mode = ''")
    onTestFinished(async () => void (await pool.query('SET GLOBAL sql_mode = DEFAULT')))
    const careless: Pool = openPool((await rowsOf(pool, 'SELECT DATABASE() AS name'))[0]!.name)
    for (const store of [ours, storeOn(careless)]) {
      const sid = 'x'.repeat(128)
      await store.set(sid, sessionOf({ n: 1 }))
      await expect(store.set(`${sid}y`, sessionOf({ n: 2 }))).rejects.toMatchObject({
        code: 'ER_DATA_TOO_LONG',
      })
      expect(await store.get(`${sid}y`)).toBeUndefined()
      expect(await store.get(sid)).toMatchObject({ n: 1 })
    }
  })
})
