import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { type Listener, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'

const key = randomBytes(32)

/** Codecs that keep what JSON does not: one whose text is the same for the same data, and one that encrypts. */
const codecs = {
  'that keeps Map, Date and BigInt': {
    stringify: (data: object) => serialize(plain(data)).toString('base64'),
    parse: (text: string) => deserialize(Buffer.from(text, 'base64')),
  },
  'that encrypts': {
    stringify(data: object) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const sealed = Buffer.concat([cipher.update(serialize(plain(data))), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
    },
    parse(text: string) {
      const bytes = Buffer.from(text, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAuthTag(bytes.subarray(12, 28))
      return deserialize(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]))
    },
  },
}

function plain(data: object): object {
  const { cookie, ...rest } = data as { cookie?: { toJSON?(): object } }
  return cookie ? { ...rest, cookie: cookie.toJSON?.() ?? cookie } : rest
}

const handler: Listener = (req, res) => {
  const { session } = req
  if (req.url === '/fill') {
    Object.assign(session, { cart: new Map([['coat', 1]]), at: new Date(0), points: 10n })
  }
  if (req.url === '/map') (session.cart as Map<string, number>).set('hat', 2)
  if (req.url === '/other') session.other = true
  const { cart, at, points } = session as { cart?: Map<string, number>; at?: Date; points?: bigint }
  res.end(`${cart && [...cart].join(';')} ${at?.toISOString()} ${points}`)
}

describe.each(Object.entries(codecs))('a codec %s', (_, codec) => {
  async function shop() {
    const store = new MapStore({ codec: codec as never })
    const app = await start(ours.strict as never, handler, { store } as never)
    return { store, app, cookie: await app.get('/fill') }
  }

  it('codec: what it keeps is what the next request reads', async () => {
    const { app, cookie } = await shop()
    expect((await app.get('/', { cookie })).text).toBe('coat,1 1970-01-01T00:00:00.000Z 10')
  })

  it('codec: a change inside of a Map is a change, and a request that only reads is none', async () => {
    const { app, cookie, store } = await shop()
    await app.get('/', { cookie })
    expect(store.calls).not.toContain('update')
    await app.get('/map', { cookie })
    expect(store.calls.filter(call => call === 'update')).toHaveLength(1)
    expect((await app.get('/', { cookie })).text).toBe('coat,1;hat,2 1970-01-01T00:00:00.000Z 10')
  })

  it('codec: nothing of it becomes text when another key is merged', async () => {
    const { app, cookie, store } = await shop()
    store.delay = 20
    await Promise.all([app.get('/map', { cookie }), app.get('/other', { cookie })])
    store.delay = 0
    expect((await app.get('/', { cookie })).text).toBe('coat,1;hat,2 1970-01-01T00:00:00.000Z 10')
  })
})

it('codec: one that throws is named as the cause', async () => {
  const codec = {
    stringify(): string {
      throw new Error('no key')
    },
    parse: JSON.parse,
  }
  const store = new MapStore({ codec })
  await expect(store.set('a', { cookie: {} })).rejects.toMatchObject({
    code: 'ERR_SESSION_SERIALIZE',
    message: expect.stringMatching(/its codec threw/),
  })
})
