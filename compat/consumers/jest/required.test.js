const { once } = require('node:events')
const express = require('express')
const session = require('@coatcheck/session')
const { answer } = require('../app/required.cjs')

const HOUR = 60 * 60_000

test('a session from login to logout', async () => {
  expect(await answer()).toBe(process.env.EXPECTED)
})

/** An app whose sessions end after an hour without a request. Returns what asks it for a path. */
async function appOn(store) {
  const app = express()
  const secret = 'a secret of thirty-two characters'
  app.use(session.strict({ secret, store, cookie: { maxAge: HOUR } }))
  app.get('/login', async (req, res) => {
    await req.session.regenerate({ data: { user: 'Ada' } })
    res.send('in')
  })
  app.get('/', (req, res) => res.send(req.session.user ?? 'nobody'))
  const server = app.listen(0)
  await once(server, 'listening')
  const url = `http://localhost:${server.address().port}`
  const get = (path, cookie = '') => fetch(url + path, { headers: { cookie } })
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { get, close }
}

// As examples/recipes/testing/README.md says it.
test('idle time: a session ends when the fake clock says so', async () => {
  const store = new session.MemoryStore()
  const { get, close } = await appOn(store)
  const cookie = (await get('/login')).headers.getSetCookie()[0].split(';')[0]
  const user = async () => (await get('/', cookie)).text()
  try {
    expect(await user()).toBe('Ada')
    const now = Date.now() + HOUR + 60_000
    jest.useFakeTimers({
      now,
      doNotFake: [
        'hrtime',
        'nextTick',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'setInterval',
        'setTimeout',
      ],
    })
    expect(await user()).toBe('nobody')
  } finally {
    jest.useRealTimers()
    close()
  }
})
