import mysqlSession from 'express-mysql-session'
import session from 'express-session'
import mysql from 'mysql2/promise'
import { versionOf } from './support.mjs'

const MySQLStore = mysqlSession(session)
const pool = mysql.createPool({ uri: process.env.MYSQL_URL, connectionLimit: 10 })
const tableOf = new WeakMap()

export default {
  name: 'express-mysql-session',
  version: versionOf('express-mysql-session'),
  granularityMs: 1000,
  create: async ctx => {
    const options = { schema: { tableName: ctx.namespace }, ...(ctx.ttlMs && { expiration: ctx.ttlMs }) }
    const store = new MySQLStore(options, ctx.chaos(pool))
    tableOf.set(store, ctx.namespace)
    await store.onReady()
    return store
  },
  dispose: store => store.clearExpirationInterval(),
  teardown: () => pool.end(),
  backend: {
    putRaw: (store, sid, text) =>
      pool.query('REPLACE INTO ?? (session_id, expires, data) VALUES (?, ?, ?)', [
        tableOf.get(store),
        sid,
        Math.round(Date.now() / 1000) + 60,
        text,
      ]),
  },
}
