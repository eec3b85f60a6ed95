// An app on each store, from login to logout, in whatever version of Node runs this: prints what came out as JSON.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import session, { RecordStore } from '@coatcheck/session'
import express from 'express'

const require = createRequire(import.meta.url)
const [packages, urls] = JSON.parse(process.env.SMOKE)
const unhandled = []
process.on('unhandledRejection', error => unhandled.push(String(error)))

/** The store class of a package: the one export that makes stores. */
async function openStore(name, url) {
  const { open } = Object.values(await import(name)).find(value => value.prototype instanceof RecordStore)
  const Store = Object.values(await import(name)).find(value => value.open === open)
  return Store.open(url)
}

async function serve(store) {
  const app = express()
  app.use(session.strict({ secret: 'a secret for tests', store, cookie: { maxAge: 60_000 } }))
  app.post('/login', async (req, res) => {
    await req.session.regenerate()
    req.session.user = 'Ada'
    res.redirect(303, '/')
  })
  app.post('/visits', (req, res) => {
    req.session.visits = (req.session.visits ?? 0) + 1
    res.json(req.session.visits)
  })
  app.get('/', (req, res) => res.json(req.session.user ?? 'nobody'))
  app.post('/logout', (req, res, next) =>
    req.session.destroy(error => (error ? next(error) : res.json('bye'))),
  )
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function visit(store) {
  const server = await serve(store)
  let cookie = ''
  const answers = []
  for (const [method, path] of [
    ['GET', '/'],
    ['POST', '/login'],
    ['GET', '/'],
    ['POST', '/visits'],
    ['POST', '/visits'],
    ['POST', '/logout'],
    ['GET', '/'],
  ]) {
    const url = `http://127.0.0.1:${server.address().port}${path}`
    const reply = await fetch(url, { method, headers: { cookie }, redirect: 'manual' })
    for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]
    answers.push(reply.status === 303 ? reply.headers.get('location') : await reply.json())
  }
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  return answers.join(' ')
}

const loaded = {}
for (const name of packages) {
  const [imported, required] = [await import(name), require(name)]
  // The function is what is required, and has no name there.
  const parts = Object.keys(imported).filter(key => imported[key] !== session)
  loaded[name] = parts.every(key => required[key] === imported[key])
}

const stores = { 'session.MemoryStore': await visit(new session.MemoryStore()) }
for (const [name, url] of Object.entries(urls)) {
  const store = await openStore(name, url)
  stores[name] = await visit(store)
  await store.close()
}

// A turn for what nobody has awaited.
await new Promise(setImmediate)
const same = require('@coatcheck/session') === session
console.log(JSON.stringify({ node: process.version, same, loaded, stores, unhandled }))
