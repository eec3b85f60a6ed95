// npm install connect-session-knex@5.0.0 express-session@1.19.0 knex@3 better-sqlite3
// node connect-session-knex.mjs
import { setTimeout as wait } from 'node:timers/promises'
import { ConnectSessionKnexStore } from 'connect-session-knex'
import session from 'express-session'
import knex from 'knex'

const database = knex({ client: 'better-sqlite3', connection: ':memory:', useNullAsDefault: true })
const store = new ConnectSessionKnexStore({ knex: database, cleanupInterval: 0 })
const cookie = new session.Cookie({ maxAge: 60_000 })
await store.set('a', { cookie, user: 'ada' })

const rejected = []
process.on('unhandledRejection', error => rejected.push(error))
// Stands for a database that is away.
await database.destroy()

const answers = []
store.get('a', error => answers.push(`get() ${error ? 'an error' : 'no error'}`))
store.touch('a', { cookie }, error => answers.push(`touch() ${error ? 'an error' : 'no error'}`))
await wait(1000)

console.log(
  'expected: the callbacks were told get() an error, touch() an error; 0 rejections that nobody handles',
)
console.log(
  `seen: the callbacks were told ${answers.join(', ')}; ${rejected.length} rejections that nobody handles`,
)
