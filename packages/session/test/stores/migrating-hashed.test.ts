import { migratingStore } from '@coatcheck/session/stores'
import { expect, it } from 'vitest'
import { MapStore } from '../support/map-backend.ts'
import { SEALED } from '../support/sealed.ts'
import { sessionOf } from './sessions.ts'

/** A move to a store that hashes ids and encrypts. */
async function moving() {
  const [from, to] = [new MapStore(), new MapStore(SEALED)]
  const store = migratingStore({ from, to })
  for (const n of [1, 2, 3]) await from.set(`id ${n}`, sessionOf({ n }, 600_000))
  return { from, to, store }
}

const numbers = (sessions: object) =>
  Object.values(sessions)
    .map(({ n }) => n)
    .sort()

it('migrating: sessions move to a store with hashed ids and encryption, and nobody is logged out', async () => {
  const { to, store } = await moving()
  for (const n of [1, 2, 3]) expect(await store.get(`id ${n}`)).toMatchObject({ n })
  await store.update('id 1', session => ({ ...session, n: 10 }))
  expect(await to.get('id 1')).toMatchObject({ n: 10 })
  for (const [sid, { data }] of to.rows) expect(`${sid} ${data}`).not.toMatch(/id \d|"n"/)
})

it('migrating: a listing has each session once, and shows hashes only', async () => {
  const { store } = await moving()
  await store.get('id 2')
  await store.set('id 4', sessionOf({ n: 4 }))
  const sessions = await store.all()
  expect(numbers(sessions)).toEqual([1, 2, 3, 4])
  for (const key of Object.keys(sessions)) expect(key).toMatch(/^h1\./)
  expect(await store.length()).toBe(4)
})

it('migrating: a logout is final, and leaves nothing that a listing shows', async () => {
  const { from, store } = await moving()
  await store.get('id 2')
  expect([await store.destroy('id 2'), await store.destroy('id 3')]).toEqual([true, true])
  await from.set('id 2', sessionOf({ n: 2 }))
  expect([await store.get('id 2'), await store.get('id 3')]).toEqual([undefined, undefined])
  expect(numbers(await store.all())).toEqual([1])
})
