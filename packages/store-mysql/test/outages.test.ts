import { type DatabaseServer, startMysql } from '@coatcheck/store-conformance/containers'
import { MysqlStore } from '@coatcheck/store-mysql'
import mysql from 'mysql2/promise'
import { expect, it, onTestFinished } from 'vitest'
import { describeOutages, startApp } from '../../session/test/support/outages.ts'
import { rowsOf, storeOn } from './support/mysql.ts'

describeOutages('MySQL', {
  start: () => startMysql({ dedicated: true }),
  open: (url, options) => MysqlStore.open(url, options),
  async administer(url) {
    const admin = await mysql.createConnection(url)
    onTestFinished(() => admin.end())
    const all =
      'SELECT id AS connection FROM information_schema.processlist WHERE user = SUBSTRING_INDEX(USER(), "@", 1) AND id <> CONNECTION_ID()'
    return {
      connections: async () => (await rowsOf(admin, all)).map(row => row.connection),
      end: connection => admin.query(`KILL ${connection}`),
    }
  },
  own: itHasConnectionsOfTheApp,
})

function itHasConnectionsOfTheApp(server: () => DatabaseServer): void {
  it('pool: of the app, storeTimeout ends the wait for a connection', async () => {
    const pool = mysql.createPool({ uri: server().url, connectionLimit: 1 })
    onTestFinished(() => pool.end())
    const app = await startApp(storeOn(pool, { table: 'held' }), { storeTimeout: 200 })
    const cookie = await app.begin()
    const held = await pool.getConnection()
    expect(await app.get(cookie)).toMatchObject({ status: 503, text: 'ERR_SESSION_STORE_TIMEOUT' })
    held.release()
    let reply = await app.get(cookie)
    while (reply.status !== 200) reply = await app.get(cookie)
  })

  it('connection: a single one that broke is not replaced, and each call is told', async () => {
    const connection = await mysql.createConnection(server().url)
    const store = storeOn(connection, { table: 'single' })
    await store.length()
    const admin = await mysql.createConnection(server().url)
    onTestFinished(() => admin.end())
    await admin.query(`KILL ${connection.threadId}`)
    for (let i = 0; i < 2; i++) {
      await expect(store.get('a')).rejects.toMatchObject({
        code: 'ERR_SESSION_STORE_UNAVAILABLE',
        status: 503,
      })
    }
  })
}
