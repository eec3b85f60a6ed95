import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runModule } from '../../../packages/session/test/support/child.ts'
import { installPacked } from '../support/packed.ts'

// A bundle holds a copy of the middleware, while a store that is loaded from node_modules brings its own: each is used under the
// other here.

let folder = ''

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'coatcheck-copies-')))
  await installPacked(folder)
  const copy = join(folder, 'copy/node_modules/@coatcheck')
  mkdirSync(copy, { recursive: true })
  for (const name of ['session', 'store-memory']) {
    const from = join(folder, 'node_modules/@coatcheck', name)
    cpSync(from, join(copy, name), { recursive: true, verbatimSymlinks: true })
  }
}, 180_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PROGRAM = `
  import { createRequire } from 'node:module'
  import { once } from 'node:events'
  import { createServer } from 'node:http'
  import session from '@coatcheck/session'
  import { MemoryStore } from '@coatcheck/store-memory'

  const other = createRequire(process.cwd() + '/copy/_')
  const otherSession = other('@coatcheck/session')
  const Other = other('@coatcheck/store-memory').MemoryStore
  const secret = 'a secret of thirty-two characters'

  async function serve(middleware, handle) {
    const server = createServer((req, res) => middleware(req, res, error => handle(req, res, error)))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return server
  }

  async function answers(make, store) {
    const handle = async (req, res, error) => {
      const { session } = req
      if (req.url === '/login') await session.regenerate({ data: { user: 'Ada' } })
      if (req.url === '/logout') await session.destroy()
      if (req.url === '/count') session.count = (session.count ?? 0) + 1
      if (req.url === '/overtaken') {
        await store.destroy(session.id)
        session.count = 99
        error = await session.save().catch(error => error)
      }
      res.end(error ? error.code : JSON.stringify([req.session?.user, req.session?.count]))
    }
    const server = await serve(make.strict({ secret, store, cookie: { maxAge: 60_000 } }), handle)
    const seen = []
    let cookie = ''
    for (const path of ['/login', '/count', '/', '/logout', '/', '/login', '/overtaken', '/']) {
      const reply = await fetch('http://127.0.0.1:' + server.address().port + path, { headers: { cookie } })
      for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]
      seen.push(await reply.text())
    }
    server.close()
    server.closeAllConnections()
    return seen.join(' ')
  }

  const result = {
    copies: session !== otherSession && MemoryStore !== Other && !(new Other() instanceof session.Store),
    same: await answers(session, new MemoryStore()),
    'store of the other copy': await answers(session, new Other()),
    'middleware of the other copy': await answers(otherSession, new MemoryStore()),
    simple: await answers(session, new session.MemoryStore()),
    'simple store of the other copy': await answers(session, new otherSession.MemoryStore()),
  }
  console.log(JSON.stringify(result))
`

it('a store of one copy keeps its promises under the middleware of the other', async () => {
  const { stdout, stderr } = await runModule(folder, PROGRAM)
  expect(stderr).toBe('')
  const { copies, same, simple, ...others } = JSON.parse(stdout)
  expect(copies).toBe(true)
  expect(same).toBe(
    '["Ada",null] ["Ada",1] ["Ada",1] [null,null] [null,null] ["Ada",null] ERR_SESSION_GONE [null,null]',
  )
  expect(others).toEqual({
    'store of the other copy': same,
    'middleware of the other copy': same,
    'simple store of the other copy': simple,
  })
})

it('a logout under one copy is final for a request that is under way in the other', async () => {
  const { stdout } = await runModule(
    folder,
    `
    import { createRequire } from 'node:module'
    import session from '@coatcheck/session'

    const other = createRequire(process.cwd() + '/copy/_')('@coatcheck/session')
    const { createServer } = await import('node:http')
    const { once } = await import('node:events')
    // One that cannot tell whether a session is still there: what was destroyed is what the processes remember.
    const store = new session.MemoryStore()
    const options = { secret: 'a secret of thirty-two characters', store, resave: false, saveUninitialized: false }
    const [first, second] = [session(options), other(options)]
    let slow
    const begun = new Promise(resolve => (slow = resolve))
    let goOn
    const loggedOut = new Promise(resolve => (goOn = resolve))
    const server = createServer((req, res) => {
      const middleware = req.url === '/logout' ? second : first
      middleware(req, res, async () => {
        if (req.url === '/login') req.session.user = 'Ada'
        if (req.url === '/logout') await req.session.destroy()
        if (req.url === '/slow') {
          slow()
          await loggedOut
          req.session.late = true
        }
        res.end(String(req.session?.user))
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = 'http://127.0.0.1:' + server.address().port
    const login = await fetch(url + '/login')
    const headers = { cookie: login.headers.getSetCookie()[0].split(';')[0] }
    const late = fetch(url + '/slow', { headers })
    await begun
    await (await fetch(url + '/logout', { headers })).text()
    goOn()
    await (await late).text()
    console.log(await (await fetch(url + '/', { headers })).text(), Object.keys(store.sessions).length)
    server.close()
    server.closeAllConnections()
  `,
  )
  expect(stdout.trim()).toBe('undefined 0')
})
