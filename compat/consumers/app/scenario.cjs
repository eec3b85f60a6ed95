// What each consumer does with our packages, however it has loaded them.
const assert = require('node:assert/strict')
const { once } = require('node:events')

/** From login to logout on a real server. Gives what the client has seen. */
exports.run = async ({ session, named, Store, SessionError, MemoryStore, openStore, express }) => {
  assert.equal(typeof session, 'function')
  assert.equal(named, session, 'the function has one identity')
  assert.equal(session.Store, Store)
  assert.equal(session.SessionError, SessionError)
  const store = new MemoryStore()
  assert.ok(store instanceof Store, 'stores and middleware share one copy')
  const answers = [
    await visit(express, session.strict({ secret: 'a secret of thirty-two characters', store })),
  ]
  answers.push(await opened(() => openStore('memory:')))
  return answers.join('; ')
}

/** Whether stores of these addresses are opened, or what is said in place of that. Nothing listens there. */
exports.open = async stores => {
  const answers = []
  for (const [Store, address] of stores) answers.push(await opened(() => Store.open(address)))
  return answers.join('\n')
}

async function opened(open) {
  try {
    const store = await open()
    await store.close()
    return 'opened'
  } catch (error) {
    return error.message
  }
}

async function visit(express, middleware) {
  const app = express()
  app.use(middleware)
  app.get('/', (req, res) => res.json(req.session.user ?? 'nobody'))
  app.post('/login', async (req, res) => {
    await req.session.regenerate({ data: { user: 'Ada' } })
    res.json('welcome')
  })
  app.post('/logout', async (req, res) => {
    await req.session.destroy()
    res.json('bye')
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await requests(`http://127.0.0.1:${server.address().port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function requests(url) {
  let cookie = ''
  const answers = []
  for (const [method, path] of [
    ['GET', '/'],
    ['POST', '/login'],
    ['GET', '/'],
    ['POST', '/logout'],
    ['GET', '/'],
  ]) {
    const reply = await fetch(url + path, { method, headers: { cookie } })
    for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]
    answers.push(await reply.json())
  }
  return answers.join(' ')
}
