// npm install connect-mongo@6.0.0 express@5 express-session@1.19.0 mongodb@7
// MONGODB_URL=mongodb://localhost:27017/test node connect-mongo.mjs
import { setTimeout as wait } from 'node:timers/promises'
import { MongoStore } from 'connect-mongo'
import express from 'express'
import session from 'express-session'
import { MongoClient } from 'mongodb'

const client = await new MongoClient(process.env.MONGODB_URL).connect()
const collectionName = `finding-${process.pid}`
const store = MongoStore.create({ client, collectionName })
const errors = []
const app = express()
app.use(session({ store, resave: false, saveUninitialized: false, secret: 'a secret' }))
app.get('/login', (req, res) => {
  req.session.user = 'ada'
  res.end()
})
app.get('/logout', (req, res) => req.session.destroy(() => res.end()))
app.get('/slow', async (req, res) => {
  await wait(500)
  res.end(req.session.user)
})
app.use((error, _req, _res, _next) => errors.push(error.message))

const server = app.listen(0)
const origin = `http://localhost:${server.address().port}`
const login = await fetch(`${origin}/login`)
const headers = { Cookie: login.headers.get('set-cookie').split(';')[0] }

const slow = fetch(`${origin}/slow`, { headers })
await wait(100)
await fetch(`${origin}/logout`, { headers })
await (await slow).text()
await wait(200)

console.log('expected: the error handler of the app is not called')
console.log(`seen: the error handler of the app is called with: ${errors.join(', ') || 'nothing'}`)
server.close()
await client.db().collection(collectionName).drop()
await client.close()
