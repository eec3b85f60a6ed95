// npm install connect-session-sequelize@8.0.6 express@5 express-session@1.19.0 sequelize@6 pg@8
// POSTGRES_URL=postgres://localhost/test node connect-session-sequelize.mjs
import { setTimeout as wait } from 'node:timers/promises'
import connectSessionSequelize from 'connect-session-sequelize'
import express from 'express'
import session from 'express-session'
import { Sequelize } from 'sequelize'

const db = new Sequelize(process.env.POSTGRES_URL, { logging: false })
const tableName = `finding_${process.pid}`
const store = new (connectSessionSequelize(session.Store))({ db, tableName })
await store.sync()
const app = express()
const cookie = { maxAge: 1000 }
app.use(session({ store, cookie, resave: false, saveUninitialized: false, secret: 'a secret' }))
app.get('/login', (req, res) => {
  req.session.user = 'ada'
  res.end()
})
app.get('/', (req, res) => res.end(req.session.user ?? 'nobody'))

const server = app.listen(0)
const origin = `http://localhost:${server.address().port}`
const login = await fetch(`${origin}/login`)
// A browser would leave the cookie out by now. Whoever has copied it does not.
const headers = { Cookie: login.headers.get('set-cookie').split(';')[0] }

await wait(3000)
const user = await (await fetch(origin, { headers })).text()

console.log('expected: two seconds after the end of the session the user is nobody')
console.log(`seen: two seconds after the end of the session the user is ${user}`)
server.close()
store.stopExpiringSessions()
await store.sessionModel.drop()
await db.close()
