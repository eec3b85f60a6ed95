import { MysqlStore } from '@coatcheck/store-mysql'
import mysql from 'mysql2/promise'

const pool = mysql.createPool({ uri: process.env.MYSQL_URL, connectionLimit: 10 })

export default {
  name: '@coatcheck/store-mysql',
  version: '0.1.0',
  create: async ctx => {
    const client = ctx.chaos(pool, ['query', 'execute'])
    const store = new MysqlStore({ client, table: ctx.namespace, ttl: ctx.ttlMs })
    // To make the table takes longer than some lifetimes are.
    if (!ctx.fresh) await store.length()
    return store
  },
  dispose: store => store.close(),
  teardown: () => pool.end(),
}
