import type { Codec } from '@coatcheck/session'
import ConnectMongo, { createWebCryptoAdapter } from 'connect-mongo'
import { describe, expect, inject, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'
import { expressSession, ours, startApp } from './support/app.ts'
import { newDatabase, sessionOf, storeOn } from './support/mongodb.ts'

const readme = readReadme(import.meta.url)

describe('the examples', () => {
  const built = useBuilt({ stores: ['store-mongodb'] })

  it('readme: has three that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual([
      'Example',
      'Under express-session',
      'Under @fastify/session',
    ])
  })

  it.each(readme.runnable)(
    'readme: the one of "%s" counts, and goes on counting after a restart',
    async (_, source) => {
      const url = new URL(inject('mongodbUrl'))
      url.pathname = '/readme'
      const env = { MONGODB_URL: String(url) }
      const logsOut = source.includes('/logout')
      await expectToCount(() => runExample(built.folder, source, env), { logsOut, remembers: true })
    },
  )
})

describe('the codec', () => {
  /** What the section on encryption exports. */
  async function encrypted(): Promise<(secret: string, salt?: string) => Codec> {
    const [, source] = /^```js encryption\n(.*?)^```$/ms.exec(readme.text)!
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
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../src/mongodb-store-options.ts', /^Layout$|Options$/)
    const common = membersOf(import.meta.url, '../../session/src/store/record-store-options.ts')
    const options = [...own, ...common]
    expect(readme.listed('Options')).toEqual(options.sort())
    expect(options).toHaveLength(14)
  })
})
