// npm install connect-redis@9.0.0 express@5 express-session@1.19.0 redis@5
// REDIS_URL=redis://localhost:6379 node connect-redis.mjs
import { setTimeout as wait } from 'node:timers/promises'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient } from 'redis'

const client = await createClient({ url: process.env.REDIS_URL }).connect()
const store = new RedisStore({ client, prefix: `finding-${process.pid}:` })
const cookie = { maxAge: 3000 }
const app = express()
app.use(
  session({ store, cookie, rolling: true, resave: false, saveUninitialized: false, secret: 'a secret' }),
)
app.get('/login', (req, res) => {
  req.session.user = 'ada'
  res.end('ada')
})
app.get('/', (req, res) => res.end(req.session.user ?? 'nobody'))
app.get('/save', (req, res, next) => {
  req.session.save(error => (error ? next(error) : res.end(req.session.user ?? 'nobody')))
})

const server = app.listen(0)
const origin = `http://localhost:${server.address().port}`
const login = await fetch(`${origin}/login`)
const headers = { Cookie: login.headers.get('set-cookie').split(';')[0] }
const ask = async path => (await fetch(origin + path, { headers })).text()

await wait(2000)
await ask('/')
await wait(2000)
await ask('/save')
const user = await ask('/')

console.log('expected: after GET /save the user is ada')
console.log(`seen: after GET /save the user is ${user}`)
server.close()
client.destroy()
