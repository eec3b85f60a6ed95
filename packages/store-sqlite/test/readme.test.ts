import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from './support/processes.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/^## ([^\n]*)\n(?:(?!^## ).)*?^```js runnable\n(.*?)^```$/gms)]

async function freePort(): Promise<string> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return String(port)
}

describe('the examples', () => {
  const built = useBuilt()

  /** Run the example on a free port until the test ends, or until it is stopped. */
  async function start(source: string) {
    const app = runProcess(built.folder, source, { PORT: await freePort() })
    const [line] = (await Promise.race([once(app.child.stdout!, 'data'), app.ended])) as [Buffer]
    const stop = async () => {
      app.child.kill('SIGTERM')
      await app.ended
    }
    return { url: String(line).trim(), stop }
  }

  it('readme: has three that can be run', () => {
    expect(examples.map(([, title]) => title)).toEqual([
      'Example',
      'Under express-session',
      'Under @fastify/session',
    ])
    expect(readme.match(/^```js/gm)).toHaveLength(3)
  })

  it.each(examples.map(([, title, source]) => [title, source] as [string, string]))(
    'readme: the one of "%s" counts, and goes on counting after a restart',
    async (_, source) => {
      let app = await start(source)
      let cookie = ''
      const get = async (path = '/') => {
        const reply = await fetch(app.url + path, { headers: { cookie } })
        for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]!
        return reply.text()
      }
      expect(await get()).toBe('Views: 1')
      expect(await get()).toBe('Views: 2')
      await app.stop()
      app = await start(source)
      expect(await get()).toBe('Views: 3')
      if (!source.includes('/logout')) return
      expect(await get('/logout')).toBe('Bye')
      expect(await get()).toBe('Views: 1')
    },
  )
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const sources = ['../src/sqlite-store.ts', '../../session/src/record-store-options.ts']
    const options = sources.flatMap(path => {
      const source = readFileSync(new URL(path, import.meta.url), 'utf8')
      const bodies = [...source.matchAll(/interface \w+Options .*?\{(.*?)^\}/gms)].map(match => match[1]!)
      return bodies.flatMap(body => [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(match => match[1]!))
    })
    const [, table] = /^## Options\n(.*?)^## /ms.exec(readme)!
    const listed = [...table!.matchAll(/^\| `(\w+)` \|/gm)].map(match => match[1]!)
    expect(listed.sort()).toEqual([...new Set(options)].sort())
    expect(listed).toHaveLength(6)
  })
})
