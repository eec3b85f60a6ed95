import { type Codec, MemoryStore, type SessionData } from '@coatcheck/session'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MapStore } from './support/map-backend.ts'
import { stored } from './support/stores.ts'

function data(rest: Record<string, unknown> = {}): SessionData {
  return stored(rest) as never
}

/** Warnings of the process to the end of the test. */
function warnings(): string[] {
  const heard: string[] = []
  const listen = (warning: Error) => heard.push(warning.message)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  return heard
}

const base64: Codec = {
  stringify: session => Buffer.from(JSON.stringify(session)).toString('base64'),
  parse: text => JSON.parse(Buffer.from(text, 'base64').toString()),
}

describe('codec', () => {
  it('codec: what is stored is its text, and what is read is the session', async () => {
    const store = new MapStore({ codec: base64 })
    await store.set('known', data({ user: 'Ada' }))
    expect(store.rows.get('known')!.data).toMatch(/^[\w+/=]+$/)
    expect(await store.get('known')).toMatchObject({ user: 'Ada' })
    expect(await store.all()).toMatchObject({ known: { user: 'Ada' } })
  })

  const broken: [string, Partial<Codec>][] = [
    [
      'throws',
      {
        stringify: () => {
          throw new Error('Ada')
        },
      },
    ],
    ['gives no text', { stringify: () => Buffer.from('Ada') as never }],
    ['gives nothing', { stringify: () => undefined as never }],
  ]
  it.each(broken)('codec: one that %s is an error of set, and nothing is stored', async (_, codec) => {
    const store = new MapStore({ codec: { ...base64, ...codec } })
    const error = await store.set('known', data({ user: 'Ada' })).catch(error => error)
    expect(error).toMatchObject({ code: 'ERR_SESSION_SERIALIZE' })
    expect(error.message).not.toContain('Ada')
    expect(store.rows.size).toBe(0)
  })

  it('codec: what JSON cannot hold is an error of set', async () => {
    const store = new MapStore()
    const circle: Record<string, unknown> = {}
    circle.self = circle
    for (const value of [10n, circle]) {
      await expect(store.set('known', data({ value }))).rejects.toMatchObject({
        code: 'ERR_SESSION_SERIALIZE',
      })
    }
  })
})

const corrupt: [string, string][] = [
  ['broken JSON', '{"cookie":{},"password":"hunter2"'],
  ['no object', '"hunter2"'],
  ['null', 'null'],
  ['an array', '[{"cookie":{}}]'],
  ['a list', '[{"password":"hunter2"}]'],
  ['a cookie that is none', '{"cookie":"hunter2"}'],
  ['nothing', ''],
]

describe.each(corrupt)('stored data that is %s', (_, text) => {
  async function damaged() {
    const store = new MapStore()
    await store.set('fine', data({ user: 'Ada' }))
    store.rows.set('broken', { data: text, expires: Date.now() + 60_000 })
    return store
  }

  it('corrupt: get fails with a code, and shows none of it', async () => {
    const error = await (await damaged()).get('broken').catch(error => error)
    expect(error).toMatchObject({ code: 'ERR_SESSION_CORRUPT' })
    expect(`${error.stack} ${error.cause}`).not.toContain('hunter2')
  })

  it('corrupt: all and entries leave it out, with one warning that shows none of it', async () => {
    const store = await damaged()
    store.rows.set('broken too', { data: text, expires: Date.now() + 60_000 })
    const heard = warnings()
    expect(Object.keys(await store.all())).toEqual(['fine'])
    await new Promise(setImmediate)
    expect(heard).toEqual([expect.stringMatching(/^2 stored sessions cannot be decoded/)])
    const listed: string[] = []
    for await (const [sid] of store.entries()) listed.push(sid)
    expect(listed).toEqual(['fine'])
    await new Promise(setImmediate)
    expect(heard).toHaveLength(2)
  })

  it('corrupt: it can be replaced and destroyed', async () => {
    const store = await damaged()
    await store.set('broken', data({ user: 'Grace' }))
    expect(await store.get('broken')).toMatchObject({ user: 'Grace' })
    expect(await store.destroy('broken')).toBe(true)
  })
})

describe('listing', () => {
  it('all: ids that are names of object methods are ids like any other', async () => {
    const store = new MapStore()
    for (const sid of ['__proto__', 'constructor', 'toString']) await store.set(sid, data({ sid }))
    const all = await store.all()
    expect(Object.keys(all).sort()).toEqual(['__proto__', 'constructor', 'toString'])
    expect(
      Object.values(all)
        .map(session => (session as { sid?: string }).sid)
        .sort(),
    ).toEqual(Object.keys(all).sort())
  })

  it('entries: gives live sessions with their ids, and can be left early', async () => {
    const store = new MapStore()
    await store.set('one', data({ n: 1 }))
    await store.set('two', data({ n: 2 }))
    store.rows.set('over', { data: '{"cookie":{}}', expires: Date.now() - 1 })
    const seen: unknown[] = []
    for await (const [sid, session] of store.entries()) seen.push([sid, (session as { n?: number }).n])
    expect(seen).toEqual([
      ['one', 1],
      ['two', 2],
    ])
    for await (const [sid] of store.entries()) {
      expect(sid).toBe('one')
      break
    }
  })

  it('length: without a hook of its own counts the live sessions', async () => {
    const store = new MapStore()
    await store.set('one', data())
    store.rows.set('over', { data: '{"cookie":{}}', expires: Date.now() - 1 })
    expect(await store.length()).toBe(1)
  })

  it('MemoryStore: is what express-session has, and answers promises too', async () => {
    const store = new (MemoryStore as unknown as new () => MemoryStore)()
    await store.set('known', data({ user: 'Ada' }))
    expect(await store.get('known')).toMatchObject({ user: 'Ada' })
    expect(await store.length()).toBe(1)
  })
})
