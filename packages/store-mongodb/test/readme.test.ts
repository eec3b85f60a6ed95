import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Codec } from '@coatcheck/session'
import ConnectMongo, { createWebCryptoAdapter } from 'connect-mongo'
import { describe, expect, inject, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../store-sqlite/test/support/processes.ts'
import { expressSession, ours, startApp } from './support/app.ts'
import { newDatabase, sessionOf, storeOn } from './support/mongodb.ts'

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
  const built = useBuilt({ stores: ['store-mongodb'] })

  /** Run the example on a free port until the test ends, or until it is stopped. */
  async function start(source: string) {
    const url = new URL(inject('mongodbUrl'))
    url.pathname = '/readme'
    const env = { PORT: await freePort(), MONGODB_URL: String(url) }
    const app = runProcess(built.folder, source, env)
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
      await app.stop()
    },
  )
})

describe('the codec', () => {
  /** What the section on encryption exports. */
  async function encrypted(): Promise<(secret: string, salt?: string) => Codec> {
    const [, source] = /^```js encryption\n(.*?)^```$/ms.exec(readme)!
    return (await import(`data:text/javascript,${encodeURIComponent(source!)}`)).encrypted
  }

  it('encryption: users stay logged in when connect-mongo with its WebCrypto adapter is replaced, and back', async () => {
    const { client, dbName, sessions } = newDatabase()
    const cryptoAdapter = createWebCryptoAdapter({ secret: 'a key' })
    const theirs = ConnectMongo.create({
      client: client as never,
      dbName,
      autoRemove: 'disabled',
      cryptoAdapter,
    })
    const store = storeOn(client, { dbName, codec: (await encrypted())('a key') })
    const app = await startApp(expressSession(theirs))
    const browser = app.browser()
    await browser.get('/login')
    let count = 0
    for (const handler of [ours(store), expressSession(theirs), ours(store)]) {
      app.use(handler)
      expect((await browser.get('/visit')).text).toBe(`Ada ${++count}`)
      expect((await browser.get('/visit')).text).toBe(`Ada ${++count}`)
      expect(JSON.stringify(await sessions.find().toArray())).not.toMatch(/Ada|cookie/)
    }
  })

  it('encryption: what was tampered with, or has another key, is no session', async () => {
    const { client, dbName, sessions } = newDatabase()
    const make = await encrypted()
    const store = storeOn(client, { dbName, codec: make('a key', 'salt') })
    await store.set('a', sessionOf({ user: 'Ada' }))
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    const other = storeOn(client, { dbName, codec: make('a key', 'pepper') })
    await expect(other.get('a')).rejects.toMatchObject({ code: 'ERR_SESSION_CORRUPT' })
    const stored = Buffer.from((await sessions.findOne())!.session as string, 'base64')
    stored[20]! ^= 1
    await sessions.updateOne({ _id: 'a' }, { $set: { session: stored.toString('base64') } })
    await expect(store.get('a')).rejects.toMatchObject({ code: 'ERR_SESSION_CORRUPT' })
  })
})

describe('the tables', () => {
  const optionsIn = (path: string, name: RegExp) => {
    const source = readFileSync(new URL(path, import.meta.url), 'utf8')
    const bodies = [...source.matchAll(/interface (Layout|\w+Options) .*?\{(.*?)^\}/gms)].filter(match =>
      name.test(match[1]!),
    )
    return bodies.flatMap(([, , body]) => [...body!.matchAll(/^ {2}(\w+)\??:/gm)].map(match => match[1]!))
  }

  it('readme: every option is in it, and no other', () => {
    const own = optionsIn('../src/mongodb-store-options.ts', /./)
    const common = optionsIn('../../session/src/record-store-options.ts', /^RecordStoreOptions$/)
    const options = [...own, ...common]
    const [, table] = /^## Options\n(.*?)^## /ms.exec(readme)!
    const listed = [...table!.matchAll(/^\| `(\w+)` \|/gm)].map(match => match[1]!)
    expect(listed.sort()).toEqual(options.sort())
    expect(listed).toHaveLength(11)
  })
})
