import { createSecretKey } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { newId, newKey, SharedDatabase, sessionOf } from './database.ts'

const corrupt = { code: 'ERR_SESSION_CORRUPT' }

function encrypted() {
  const [database, key, id] = [new SharedDatabase(), newKey(), newId()]
  return { database, key, id, store: database.store({ encryption: { keys: [key] } }) }
}

describe('encryption', () => {
  it('encryption: the database has nothing of a session but its maxAge', async () => {
    const { database, id, store } = encrypted()
    await store.set(id, sessionOf({ user: 'Ada Lovelace', cart: ['umbrella'] }))
    const { data } = database.row()
    expect(data).toMatch(/^"coatcheck\.1:60000,[\w-]{8}\.[\w-]+"$/)
    expect(Buffer.from(data.split('.')[2]!, 'base64url').toString('latin1')).not.toMatch(/Ada|cart|cookie/)
    expect(await store.get(id)).toMatchObject({ user: 'Ada Lovelace', cart: ['umbrella'] })
  })

  it('encryption: the same session is another text each time that it is stored', async () => {
    const { database, id, store } = encrypted()
    const texts = new Set<string>()
    for (let i = 0; i < 20; i++) {
      await store.set(id, sessionOf({ user: 'Ada' }, null))
      texts.add(database.row().data)
    }
    expect(texts.size).toBe(20)
  })

  it('encryption: every method of the store works on encrypted sessions', async () => {
    const { id, store } = encrypted()
    expect(await store.insert(id, sessionOf({ n: 1 }))).toBe(true)
    expect(await store.insert(id, sessionOf({ n: 9 }))).toBe(false)
    expect(await store.update(id, session => ({ ...session, n: 2 }))).toMatchObject({ n: 2 })
    expect(await store.touch(id, sessionOf({}, 120_000))).toBe(true)
    expect(await store.all()).toMatchObject({ [id]: { n: 2 } })
    expect(await store.exchange(id, 'another', sessionOf({ n: 3 }))).toBe(true)
    expect([await store.ids(), await store.length()]).toEqual([['another'], 1])
    expect(await store.destroy('another')).toBe(true)
    expect(await store.get('another')).toBeUndefined()
  })

  it('encryption: a save that compares finds out whether somebody else has written', async () => {
    const { id, store } = encrypted()
    await store.set(id, sessionOf({ n: 1 }))
    const [mine, theirs] = [await store.get(id), await store.get(id)]
    await store.set(id, Object.assign(theirs!, { n: 2 }))
    await expect(store.set(id, Object.assign(mine!, { n: 3 }))).rejects.toMatchObject({
      code: 'ERR_SESSION_CHANGED',
    })
    expect(await store.get(id)).toMatchObject({ n: 2 })
    const again = await store.get(id)
    await store.set(id, Object.assign(again!, { n: 4 }))
    expect(await store.get(id)).toMatchObject({ n: 4 })
  })

  it('encryption: fifty updates at once are all made', async () => {
    const { id, store } = encrypted()
    await store.set(id, sessionOf({ n: 0 }))
    const add = (session: Record<string, unknown>) => {
      session.n = Number(session.n) + 1
    }
    await Promise.all(Array.from({ length: 50 }, () => store.update(id, add)))
    expect(await store.get(id)).toMatchObject({ n: 50 })
  })

  it.each([
    ['that lasts a minute', 60_000],
    ['that ends with the browser', null],
  ])('encryption: a read renews a session %s, in the same step', async (_, maxAge) => {
    const { database, id, store } = encrypted()
    await store.set(id, sessionOf({ user: 'Ada' }, maxAge), { ttl: 1000 })
    const before = database.row().expires
    const session = await store.get(id, undefined, { renew: maxAge })
    expect(session).toMatchObject({ user: 'Ada' })
    expect(database.row().expires).toBeGreaterThan(before + 50_000)
    // Where the cookie names another lifetime, it does not.
    database.change('expires', before)
    await store.get(id, undefined, { renew: 90_000 })
    expect(database.row().expires).toBe(before)
  })

  it('encryption: an older key still opens, and the next save takes the new one', async () => {
    const { database, key, id, store } = encrypted()
    await store.set(id, sessionOf({ n: 1 }))
    const rotated = database.store({ encryption: { keys: [newKey(), key] } })
    const session = await rotated.get(id)
    await rotated.set(id, Object.assign(session!, { n: 2 }))
    await expect(store.get(id)).rejects.toMatchObject(corrupt)
    expect(await rotated.get(id)).toMatchObject({ n: 2 })
  })

  it('encryption: keys may be bytes, a KeyObject, or their text', async () => {
    const { database, key, id, store } = encrypted()
    await store.set(id, sessionOf({ user: 'Ada' }))
    const forms = [
      new Uint8Array(key),
      createSecretKey(key),
      key.toString('base64'),
      key.toString('base64url'),
      key.toString('hex'),
    ]
    for (const form of forms) {
      const other = database.store({ encryption: { keys: [form] } })
      expect(await other.get(id)).toMatchObject({ user: 'Ada' })
    }
  })

  it('encryption: bytes that the app wipes after the start stay a key', async () => {
    const [database, key] = [new SharedDatabase(), newKey()]
    const store = database.store({ encryption: { keys: [key] } })
    const copy = Buffer.from(key)
    key.fill(0)
    await store.set('id', sessionOf({ user: 'Ada' }))
    expect(await database.store({ encryption: { keys: [copy] } }).get('id')).toMatchObject({ user: 'Ada' })
  })

  it('encryption: a codec of your own is encrypted too, and keeps what it keeps', async () => {
    const codec = {
      stringify: (session: object) => serialize(session).toString('base64'),
      parse: (text: string) => deserialize(Buffer.from(text, 'base64')),
    }
    const store = new SharedDatabase().store({ codec, encryption: { keys: [newKey()] } })
    await store.set('id', sessionOf({ seen: new Map([[1, 10n]]) }))
    expect(await store.get('id')).toMatchObject({ seen: new Map([[1, 10n]]) })
  })

  it('encryption: a codec whose text UTF-8 cannot hold is an error, not another session', async () => {
    const codec = { stringify: () => '\ud800', parse: () => ({}) }
    const store = new SharedDatabase().store({ codec, encryption: { keys: [newKey()] } })
    await expect(store.set('id', sessionOf())).rejects.toMatchObject({ code: 'ERR_SESSION_SERIALIZE' })
  })
})

describe('what does not open', () => {
  it('encryption: a session that was copied to another id is corrupt there', async () => {
    const { database, id, store } = encrypted()
    await store.set(id, sessionOf({ user: 'admin' }))
    database.change('sid', 'the id of another user')
    await expect(store.get('the id of another user')).rejects.toMatchObject(corrupt)
    database.change('sid', id)
    expect(await store.get(id)).toMatchObject({ user: 'admin' })
  })

  it.each([
    ['another maxAge', (text: string) => text.replace(':60000,', ':99999,')],
    ['another character', (text: string) => text.replace(/.(?=.{9}$)/, c => (c === 'A' ? 'B' : 'A'))],
    ['an end that is missing', (text: string) => `${text.slice(0, -5)}"`],
    ['nothing after its header', (text: string) => text.replace(/\.[\w-]+"$/, '."')],
    ['no header', () => '"coatcheck.1:"'],
    ['a version that is not known', (text: string) => text.replace('coatcheck.1', 'coatcheck.2')],
    ['no encryption', () => '{"cookie":{"originalMaxAge":null},"user":"admin"}'],
  ])('encryption: a text with %s is corrupt', async (_, change) => {
    const { database, id, store } = encrypted()
    await store.set(id, sessionOf({ user: 'Ada' }))
    database.change('data', change(database.row().data))
    await expect(store.get(id)).rejects.toMatchObject(corrupt)
  })

  it('encryption: no message shows a key, an id or data', async () => {
    const { database, key, id, store } = encrypted()
    await store.set(id, sessionOf({ user: 'Ada' }))
    const stranger = database.store({ encryption: { keys: [newKey()] } })
    const unopened = await stranger.get(id).catch(error => error)
    database.change('data', database.row().data.replace(':60000,', ':1,'))
    const damaged = await store.get(id).catch(error => error)
    for (const { message, stack } of [unopened, damaged]) {
      for (const secret of [id, 'Ada', key.toString('hex'), key.toString('base64url')]) {
        expect(`${message} ${stack}`).not.toContain(secret)
      }
    }
  })

  it('encryption: a listing leaves out what it cannot open, with one warning', async () => {
    const { database, store } = encrypted()
    await store.set('mine', sessionOf({ user: 'Ada' }))
    await database.store({ encryption: { keys: [newKey()] } }).set('other', sessionOf({ user: 'Eve' }))
    expect(Object.keys(await store.all())).toEqual(['mine'])
    expect((await store.ids()).sort()).toEqual(['mine', 'other'])
  })

  it('encryption: a session that cannot be opened can be destroyed', async () => {
    const { database, id, store } = encrypted()
    await store.set(id, sessionOf())
    expect(await database.store({ encryption: { keys: [newKey()] } }).destroy(id)).toBe(true)
    expect(database.rows()).toEqual([])
  })
})

it('encryption: a save that changes nothing leaves the stored text, unless its key is an older one', async () => {
  const { database, key, id, store } = encrypted()
  await store.set(id, sessionOf({ n: 1 }, null))
  const { data } = database.row()
  const [mine, theirs] = [await store.get(id), await store.get(id)]
  await store.set(id, theirs!)
  expect(database.row().data).toBe(data)
  await store.set(id, Object.assign(mine!, { n: 2 }))
  const rotated = database.store({ encryption: { keys: [newKey(), key] } })
  await rotated.set(id, (await rotated.get(id))!)
  await expect(store.get(id)).rejects.toMatchObject(corrupt)
})
