import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { runModule, runNode, useBuilt } from '../../../packages/session/test/support/child.ts'
import { startExample } from '../../frameworks/test/support/app.ts'
import { copyRecipe, startRecipe } from './support/start.ts'
import { Visitor } from './support/visitor.ts'

const built = useBuilt({ stores: ['store-memory', 'store-sqlite'] })

const ORIGIN = 'https://app.test'

/** Opens a socket; the result asks it. */
async function openSocket(url: string, visitor: Visitor, origin = ORIGIN) {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers: { cookie: visitor.cookie }, origin })
  await once(socket, 'open')
  const ask = async () => {
    const answered = once(socket, 'message')
    socket.send('hello')
    return String((await answered)[0])
  }
  return { socket, ask }
}

it('WebSockets: a socket knows its user, saves beside requests, and is closed by a logout', async () => {
  const { url } = await startRecipe(built.folder, 'websockets', { ORIGINS: ORIGIN })
  const ada = new Visitor(url)
  await expect(openSocket(url, ada)).rejects.toThrow('401')
  await ada.post('/login', { user: 'Ada' })
  await expect(openSocket(url, ada, 'https://evil.test')).rejects.toThrow('403')
  const { socket, ask } = await openSocket(url, ada)
  expect(await ask()).toBe('Ada: 1')
  expect(await ask()).toBe('Ada: 2')
  expect((await ada.get('/')).text).toBe('Ada has sent 2 messages')
  const closed = once(socket, 'close')
  await ada.post('/logout')
  expect((await closed)[0]).toBe(4001)
})

it('Docker: SIGTERM lets a request that is under way end, with its session saved, and the process ends by itself', async () => {
  const folder = await copyRecipe(built.folder, 'docker')
  const start = () =>
    startExample({
      folder,
      command: [process.execPath, 'app.js'],
      env: { SESSION_STORE: `sqlite:${join(folder, 'sessions.db')}`, SLOW: '6000', DRAIN: '4000' },
    })
  const first = await start()
  const ada = new Visitor(first.url)
  expect((await ada.get('/')).text).toBe('Views: 1')
  const slow = ada.get('/slow')
  expect((await ada.get('/ready')).status).toBe(200)
  const ended = once(first.child, 'exit')
  first.child.kill('SIGTERM')
  const ready = async () => (await ada.get('/ready')).status
  await expect.poll(ready, { timeout: 60_000 }).toBe(503)
  expect((await slow).text).toBe('Views: 2')
  expect(await ended).toEqual([0, null])
  const second = await start()
  const again = new Visitor(second.url)
  for (const [name, value] of ada.cookies) again.cookies.set(name, value)
  expect((await again.get('/')).text).toBe('Views: 3')
  await second.stop()
})

it('serverless: an instance answers each browser with its own session, also two at once while it starts', async () => {
  const folder = await copyRecipe(built.folder, 'serverless')
  const source = `
    process.env.SESSION_SECRET = 'a secret of thirty-two characters'
    process.env.SESSION_STORE = 'sqlite:${join(folder, 'sessions.db')}'
    const { default: app } = await import('${pathToFileURL(join(folder, 'app.js'))}')
    let cookie = ''
    const send = async (path, method = 'GET') => {
      const reply = await app.fetch(new Request('http://localhost' + path, { method, headers: { cookie } }))
      for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]
      console.log(await reply.text())
    }
    await Promise.all([send('/'), send('/')])
    await send('/login', 'POST')
    await send('/')
    await send('/')
    process.exit()`
  const { stdout, stderr } = await runModule(folder, source)
  expect(stderr).toBe('')
  expect(stdout.trim().split('\n')).toEqual([
    'Somebody was here 1 times',
    'Somebody was here 1 times',
    'Welcome',
    'Ada was here 1 times',
    'Ada was here 2 times',
  ])
})

it('testing: the tests of the recipe pass', async () => {
  const folder = await copyRecipe(built.folder, 'testing')
  const { code, stdout } = await runNode(['--test', '--test-reporter=tap', 'app.test.js'], { cwd: folder })
  expect(`${code}\n${stdout}`).toMatch(/^0\n[\s\S]*# pass 3\n# fail 0\n/)
})

it('testing: the app starts', async () => {
  const { url } = await startRecipe(built.folder, 'testing')
  expect((await new Visitor(url).get('/')).text).toBe('Hello stranger')
})

it('tenants: a session of one is worth nothing at another, and each has its own store', async () => {
  const secrets = { SECRET_OF_ACME: 'a'.repeat(32), SECRET_OF_GLOBEX: 'b'.repeat(32) }
  const stores = { STORE_OF_ACME: 'memory:', STORE_OF_GLOBEX: 'memory:' }
  const { url } = await startRecipe(built.folder, 'tenants', { ...secrets, ...stores })
  // `fetch` does not let anybody set `Host`.
  const at = (tenant: string, cookie = '') => curl(url, `${tenant}.localhost`, cookie)
  const first = await at('acme')
  expect(first.text).toBe('acme: 1')
  expect((await at('acme', first.cookie)).text).toBe('acme: 2')
  expect((await at('globex', first.cookie)).text).toBe('globex: 1')
  expect((await at('other')).status).toBe(404)
  const count = (tenant: string) => curl(`${url}/count`, `${tenant}.localhost`, '')
  expect((await count('acme')).text).toBe('1 sessions')
})

/** Sends a request to this host of the server. */
function curl(
  url: string,
  host: string,
  cookie: string,
): Promise<{ status: number; text: string; cookie: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host, cookie } }, async reply => {
      let text = ''
      for await (const chunk of reply) text += chunk
      const [set = ''] = reply.headers['set-cookie'] ?? []
      resolve({ status: reply.statusCode!, text, cookie: set.split(';')[0]! })
    })
    sent.on('error', reject).end()
  })
}

it('moving: users stay logged in from the old store to the new one, and a logout on the way is final', async () => {
  const folder = await copyRecipe(built.folder, 'moving')
  const [old, fresh] = ['old', 'new'].map(name => `sqlite:${join(folder, `${name}.db`)}`) as [string, string]
  const jars = [new Map<string, string>(), new Map<string, string>()]
  const [ada, bob] = jars as [Map<string, string>, Map<string, string>]
  /** One release of the app, which these visitors use. */
  const release = async (env: Record<string, string>, use: (ada: Visitor, bob: Visitor) => Promise<void>) => {
    const app = await startExample({ folder, command: [process.execPath, 'app.js'], env })
    const visitors = [ada, bob].map(jar => Object.assign(new Visitor(app.url), { cookies: jar }))
    await use(visitors[0]!, visitors[1]!)
    await app.stop()
  }
  await release({ SESSION_STORE: old }, async (ada, bob) => {
    expect((await ada.get('/')).text).toBe('Views: 1')
    expect((await bob.get('/')).text).toBe('Views: 1')
  })
  const stolen = new Map(bob)
  await release({ SESSION_STORE: fresh, OLD_STORE: old }, async (ada, bob) => {
    expect((await ada.get('/')).text).toBe('Views: 2')
    expect((await bob.post('/logout')).text).toBe('Bye')
  })
  for (const [name, value] of stolen) bob.set(name, value)
  await release({ SESSION_STORE: fresh }, async (ada, bob) => {
    expect((await ada.get('/')).text).toBe('Views: 3')
    expect((await bob.get('/')).text).toBe('Views: 1')
  })
})
