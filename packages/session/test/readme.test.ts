import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { installBuilt, runModule } from './support/child.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const runnable = [...readme.matchAll(/^```js runnable\n(.*?)^```$/gms)].map(match => match[1]!)
const [server, store] = runnable

function source(file: string): string {
  return readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')
}

describe('the examples', () => {
  let folder: string
  beforeAll(async () => {
    folder = await installBuilt()
  })

  it('readme: has the two that can be run', () => {
    expect(runnable).toHaveLength(2)
  })

  it('readme: the server counts, logs in and logs out', async () => {
    const url = await listen(folder, server!)
    let cookie = ''
    const get = async (path: string) => {
      const reply = await fetch(url + path, { headers: { cookie }, redirect: 'manual' })
      for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]!
      return reply.status === 302 ? reply.headers.get('Location') : reply.text()
    }
    expect(await get('/')).toBe('Somebody was here 1 times')
    expect(await get('/')).toBe('Somebody was here 2 times')
    expect(await get('/login')).toBe('/')
    expect(await get('/')).toBe('Ada was here 3 times')
    expect(await get('/logout')).toBe('/')
    expect(await get('/')).toBe('Somebody was here 1 times')
  })

  it('readme: the store keeps a session', async () => {
    const { stdout, stderr, code } = await runModule(folder, store!)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/user: 'Ada'/)
    expect(stdout).toMatch(/ 1\n$/)
  })
})

/** Run the example on a free port until the test ends. */
async function listen(folder: string, module: string): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: '', PORT: String(await freePort()) }
  const child = spawn(process.execPath, ['--input-type=module', '--eval', module], { cwd: folder, env })
  onTestFinished(async () => {
    child.kill()
    await once(child, 'close')
  })
  let errors = ''
  child.stderr.on('data', text => {
    errors += text
  })
  const line = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => {
      throw new Error(errors)
    }),
  ])
  return String(line).trim()
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const [, body] = /interface SessionOptions \{(.*?)^\}/ms.exec(source('options.ts'))!
    const options = [...body!.matchAll(/^ {2}(\w+)\?:/gm)].map(match => match[1])
    const [, table] = /^## Options\n(.*?)^###/ms.exec(readme)!
    expect([...table!.matchAll(/^\| `(\w+)` \|/gm)].map(match => match[1]).sort()).toEqual(options.sort())
    expect(options.length).toBeGreaterThan(15)
  })

  it('readme: every error code is in it, and no other', () => {
    const [, body] = /type SessionErrorCode =(.*?)\n\n/s.exec(source('errors.ts'))!
    const codes = [...body!.matchAll(/'(\w+)'/g)].map(match => match[1])
    const listed = [...readme.matchAll(/^\| `(ERR_\w+)` \|/gm)].map(match => match[1])
    expect(listed.sort()).toEqual(codes.sort())
  })
})
