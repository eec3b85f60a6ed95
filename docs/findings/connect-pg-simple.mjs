// npm install connect-pg-simple@10.0.0 express-session@1.19.0 pg@8
// POSTGRES_URL=postgres://localhost/test node connect-pg-simple.mjs
import { setTimeout as wait } from 'node:timers/promises'
import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.POSTGRES_URL })
const schemaName = `finding_${process.pid}`
await pool.query(`CREATE SCHEMA ${schemaName}`)
const store = new (connectPgSimple(session))({ pool, schemaName, createTableIfMissing: true })
const get = sid =>
  new Promise((resolve, reject) => {
    store.get(sid, (error, found) => (error ? reject(error) : resolve(found)))
  })

const cookie = new session.Cookie({ maxAge: 60_000 })
await new Promise(resolve => store.set('a', { cookie, user: 'ada' }, resolve))

let calls = 0
process.on('uncaughtException', () => {})
store.get('a', () => {
  calls++
  throw new Error('a mistake in the app, far from the store')
})
await wait(1000)
const found = await get('a')

console.log('expected: the callback was called 1 time, and the session is there')
console.log(`seen: the callback was called ${calls} times, and the session is ${found ? 'there' : 'gone'}`)
await pool.query(`DROP SCHEMA ${schemaName} CASCADE`)
await store.close()
await pool.end()
