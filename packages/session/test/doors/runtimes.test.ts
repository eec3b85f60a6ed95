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
  120_000,
)
