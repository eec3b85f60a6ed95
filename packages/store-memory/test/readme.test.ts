import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../store-sqlite/test/support/processes.ts'

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
  const built = useBuilt({ stores: ['store-memory'] })

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

  it('readme: has three that can be run, and one that is a part', () => {
    expect(examples.map(([, title]) => title)).toEqual([
      'Example',
      'Under express-session',
      'Under @fastify/session',
    ])
    expect(readme.match(/^```js/gm)).toHaveLength(4)
  })

  it.each(examples.map(([, title, source]) => [title, source] as [string, string]))(
    'readme: the one of "%s" counts, and forgets what it knew with its process',
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
      if (source.includes('/logout')) {
        expect(await get('/logout')).toBe('Bye')
        expect(await get()).toBe('Views: 1')
      }
      await app.stop()
      app = await start(source)
      expect(await get()).toBe('Views: 1')
    },
  )
})

describe('the tables', () => {
  const listed = (section: string, row = /^\| `(\w+)` \|/gm) => {
    const table = readme.split(/^## /m).find(text => text.startsWith(`${section}\n`))
    return [...table!.matchAll(row)].map(match => match[1]!).sort()
  }
  const sourceOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

  it('readme: every option is in it, and no other', () => {
    const sources = ['../src/memory-store-options.ts', '../../session/src/record-store-options.ts']
    const options = sources.flatMap(path => {
      const bodies = [...sourceOf(path).matchAll(/interface \w+Options .*?\{(.*?)^\}/gms)].map(
        match => match[1]!,
      )
      return bodies.flatMap(body => [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(match => match[1]!))
    })
    expect(listed('Options')).toEqual([...new Set(options)].sort())
    expect(listed('Options')).toHaveLength(6)
  })

  it('readme: every reason is in it, and every option of memorystore', () => {
    const [, reasons] = /type EvictReason = (.*)/.exec(sourceOf('../src/memory-store-options.ts'))!
    expect(listed('When it is full', /^\| `'(\w+)'` \|/gm)).toEqual(reasons!.match(/\w+/g)!.sort())
    const declared = sourceOf('../../../node_modules/memorystore/index.d.ts')
    const [, body] = /interface MemoryStoreOptions \{(.*?)^\}/ms.exec(declared)!
    const options = [...body!.matchAll(/^\t(\w+)\?:/gm)].map(match => match[1]!)
    expect(new Set(listed('Coming from memorystore', /^\| `(\w+)`/gm))).toEqual(new Set(options))
  })
})
