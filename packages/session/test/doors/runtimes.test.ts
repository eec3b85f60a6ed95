import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { getRuntime } from '../../../../scripts/runtimes.mjs'
import { useBuilt } from '../support/child.ts'

const built = useBuilt({ stores: ['store-memory'] })
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const example = /^```js runnable-fetch\n(.*?)^```$/ms.exec(readme)![1]!

const runtimes: [name: string, args: string[]][] = [
  ['bun', ['run']],
  ['deno', ['run', '--allow-all', '--no-lock']],
]

async function freePort(): Promise<number> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  await new Promise(resolve => probe.close(resolve))
  return port
}

/** The first line that the process prints, or what it says when it ends without one. */
async function firstLine(child: ChildProcess): Promise<string> {
  let complaint = ''
  child.stderr!.on('data', chunk => {
    complaint += chunk
  })
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(complaint)))
  const [line] = (await Promise.race([once(child.stdout!, 'data'), ended])) as [Buffer]
  ended.catch(() => {})
  return String(line).trim()
}

/** The middleware on `node:http`: pages, streams, redirects, and a save that fails. */
const nodeServer = `
  import { createServer } from 'node:http'
  import session from '@coatcheck/session'
  import { MemoryStore } from '@coatcheck/store-memory'
  const store = new MemoryStore()
  const set = store.set
  let failing = false
  store.set = (sid, data, done) => (failing ? setTimeout(done, 5, new Error('disk full')) : set.call(store, sid, data, done))
  const sessions = session.strict({ secret: 'a secret of thirty-two characters', store })
  createServer((req, res) => {
    sessions(req, res, error => {
      if (error) {
        res.statusCode = 500
        return res.end('error: ' + error.message)
      }
      failing = req.url.startsWith('/failing')
      if (req.url === '/') return res.end(req.session.user ?? 'nobody')
      req.session.user = 'Ada'
      if (req.url.endsWith('/redirect')) return res.writeHead(302, { Location: '/' }).end()
      if (!req.url.endsWith('/stream')) return res.end('page')
      res.write('one ')
      setImmediate(() => res.end('two'))
    })
  }).listen(Number(process.env.PORT), () => console.log('ready'))
`

it.each(runtimes)(
  'node:http: pages, streams, redirects and failing saves are answered on %s',
  async (name, args) => {
    const file = join(built.folder, `server-${name}.mjs`)
    await writeFile(file, nodeServer)
    const port = await freePort()
    const env = { ...process.env, PORT: String(port) }
    const child = spawn(await getRuntime(name), [...args, file], { cwd: built.folder, env })
    onTestFinished(() => void child.kill('SIGKILL'))
    await firstLine(child)
    const get = async (path: string, cookie = '') => {
      const reply = await fetch(`http://localhost:${port}${path}`, {
        headers: { cookie },
        redirect: 'manual',
      })
      const [line = ''] = reply.headers.getSetCookie()
      return { status: reply.status, text: await reply.text(), cookie: line.split(';')[0]! }
    }
    for (const [path, status, text] of [
      ['/page', 200, 'page'],
      ['/stream', 200, 'one two'],
      ['/redirect', 302, ''],
    ] as const) {
      const reply = await get(path)
      expect([path, reply.status, reply.text]).toEqual([path, status, text])
      expect((await get('/', reply.cookie)).text).toBe('Ada')
    }
    for (const path of ['/failing', '/failing/redirect']) {
      expect(await get(path)).toEqual({ status: 500, text: 'error: disk full', cookie: '' })
    }
    // Its head has gone before the save.
    expect((await get('/failing/stream')).text).toBe('one two')
    expect((await get('/')).text).toBe('nobody')
  },
)

it.each(runtimes)(
  'fetch: the example of the README counts, logs in and logs out on %s',
  async (name, args) => {
    const file = join(built.folder, `example-${name}.mjs`)
    await writeFile(file, example)
    const port = await freePort()
    const env = { ...process.env, PORT: String(port) }
    const child = spawn(await getRuntime(name), [...args, file], { cwd: built.folder, env })
    onTestFinished(() => void child.kill('SIGKILL'))
    await firstLine(child)
    let cookie = ''
    const get = async (path: string) => {
      const reply = await fetch(`http://localhost:${port}${path}`, {
        headers: { cookie },
        redirect: 'manual',
      })
      for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]!
      return reply.status === 302 ? 'redirected' : reply.text()
    }
    expect(await get('/')).toBe('Somebody was here 1 times')
    expect(await get('/')).toBe('Somebody was here 2 times')
    expect(await get('/login')).toBe('redirected')
    expect(await get('/')).toBe('Ada was here 1 times')
    expect(await get('/logout')).toBe('Bye')
    expect(cookie).toBe('connect.sid=')
    expect(await get('/')).toBe('Somebody was here 1 times')
  },
)
