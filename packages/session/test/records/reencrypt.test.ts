import { setImmediate as tick } from 'node:timers/promises'
import type { Reencrypted } from '@coatcheck/session'
import type { SqliteStore } from '@coatcheck/store-sqlite'
import { expect, it } from 'vitest'
import { MapStore } from '../support/map-backend.ts'
import { newId, newKey, SharedDatabase, sessionOf } from './database.ts'

async function results(store: SqliteStore): Promise<Reencrypted[]> {
  const found: Reencrypted[] = []
  for await (const result of store.reencrypt()) found.push(result)
  return found.sort()
}

/** Stores with the old key, with both, and with the new one. */
function rotation(options = {}) {
  const [database, old, fresh] = [new SharedDatabase(), newKey(), newKey()]
  const open = (...keys: Buffer[]) => database.store({ encryption: { keys }, ...options })
  return { database, before: open(old), both: open(fresh, old), after: open(fresh) }
}

it.each([
  ['ids', {}],
  ['hashed ids', { hashIds: true }],
])('reencrypt: afterwards every session opens with the new key alone, with %s', async (_, options) => {
  const { before, both, after } = rotation(options)
  const ids = Array.from({ length: 1200 }, newId)
  await Promise.all(ids.map((n, i) => before.set(n, sessionOf({ i }))))
  await after.set('new', sessionOf())
  expect(await results(both)).toEqual(['current', ...ids.map(() => 'encrypted')])
  const sessions = await Promise.all(ids.map(id => after.get(id)))
  expect(sessions.map(session => (session as { i?: number }).i)).toEqual(ids.map((_, i) => i))
  expect(new Set(await results(both))).toEqual(new Set(['current']))
})

it('reencrypt: a session keeps its lifetime and its data', async () => {
  const { database, before, both, after } = rotation()
  await before.set('a', sessionOf({ user: 'Ada' }), { ttl: 30_000 })
  const { expires } = database.row()
  await results(both)
  expect(Math.abs(database.row().expires - expires)).toBeLessThan(2000)
  expect(await after.get('a')).toMatchObject({ user: 'Ada' })
})

it('reencrypt: sessions that are not encrypted yet are encrypted', async () => {
  const [database, keys] = [new SharedDatabase(), [newKey()]]
  await database.store().set('a', sessionOf({ user: 'Ada' }))
  expect(await results(database.store({ encryption: { keys } }))).toEqual(['unreadable'])
  expect(await results(database.store({ encryption: { keys, plain: 'read' } }))).toEqual(['encrypted'])
  expect(await database.store({ encryption: { keys } }).get('a')).toMatchObject({ user: 'Ada' })
})

it('reencrypt: sessions under ids move to their keys on the way', async () => {
  const [database, keys] = [new SharedDatabase(), [newKey()]]
  await database.store().set('a', sessionOf({ user: 'Ada' }))
  const moving = database.store({ hashIds: { plain: 'read' }, encryption: { keys, plain: 'read' } })
  expect(await results(moving)).toEqual(['encrypted'])
  expect(await database.store({ hashIds: true, encryption: { keys } }).get('a')).toMatchObject({
    user: 'Ada',
  })
})

it('reencrypt: while ids are about to be hashed, processes of the release before can read what it has written', async () => {
  const [database, old, fresh] = [new SharedDatabase(), newKey(), newKey()]
  await database.store({ encryption: { keys: [old] } }).set('a', sessionOf({ user: 'Ada' }))
  const keys = [fresh, old]
  expect(await results(database.store({ encryption: { keys }, hashIds: { plain: 'write' } }))).toEqual([
    'encrypted',
  ])
  expect(await database.store({ encryption: { keys } }).get('a')).toMatchObject({ user: 'Ada' })
})

it('reencrypt: what cannot be opened is left as it is', async () => {
  const { database, both } = rotation()
  await database.store({ encryption: { keys: [newKey()] } }).set('a', sessionOf())
  const row = database.row()
  expect(await results(both)).toEqual(['unreadable'])
  expect(database.row()).toEqual(row)
})

it('reencrypt: no save of a live app is lost, and no logout', async () => {
  const { both, before, after } = rotation()
  const ids = Array.from({ length: 100 }, newId)
  await Promise.all(ids.map(id => before.set(id, sessionOf({ n: 0 }))))
  let working = true
  const app = async () => {
    while (working) {
      const id = ids[Math.floor(Math.random() * 80)]!
      await both.update(id, session => ({ ...session, n: Number(session.n) + 1 }))
      counts.set(id, (counts.get(id) ?? 0) + 1)
      await tick()
    }
  }
  const counts = new Map<string, number>()
  const apps = [app(), app(), app()]
  const gone = ids.slice(90)
  const [found] = await Promise.all([results(both), ...gone.map(id => both.destroy(id))])
  working = false
  await Promise.all(apps)
  expect(found.filter(result => result === 'unreadable')).toEqual([])
  for (const id of ids.slice(0, 90)) expect(await after.get(id)).toMatchObject({ n: counts.get(id) ?? 0 })
  for (const id of gone) expect(await after.get(id)).toBeUndefined()
})

it('reencrypt: a store that does not encrypt, or is closed, says so', async () => {
  const first = (store: MapStore) => store.reencrypt().next()
  await expect(first(new MapStore())).rejects.toThrow('reencrypt() needs the option "encryption"')
  await expect(first(new MapStore({ hashIds: true }))).rejects.toThrow('needs the option "encryption"')
  const store = new MapStore({ encryption: { keys: [newKey()] } })
  await store.close()
  await expect(first(store)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_CLOSED' })
})
