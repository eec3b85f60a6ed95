import type { ChangeStreamDocument } from 'mongodb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { batching, LONG } from './support/batching.ts'
import { type Stored, sessionOf, storeOn, versions } from './support/mongodb.ts'

const later = () => new Date(Date.now() + LONG)
const earlier = () => new Date(Date.now() - LONG)

/** A session's text. */
const text = (n: number) => JSON.stringify(sessionOf({ n }))

const forms = versions.flatMap(version => [true, false].map(stringify => ({ version, stringify })))

describe.each(forms)('with $version, stringify: $stringify', ({ version, stringify }) => {
  const stored = (n: number) => (stringify ? text(n) : JSON.parse(text(n)))
  const other = (n: number) => (stringify ? JSON.parse(text(n)) : text(n))

  it('batched writes: each call of a tick gets its own answer, from one command', async () => {
    const { store, sessions, counted } = await batching({ version, stringify })
    const live = (_id: string, session: unknown = stored(1)) => ({ _id, session, expires: later() })
    await sessions.insertMany([
      ...['same', 'differs', 'any', 'touched', 'taken', 'written'].map(sid => live(sid)),
      { _id: 'endless', session: stored(1) },
      ...['ended', 'ended too', 'ended and free'].map(sid => ({ ...live(sid), expires: earlier() })),
    ])
    const { result, updates } = await counted(() =>
      Promise.all([
        store.replace('same', text(2), text(1)),
        store.replace('differs', text(2), text(3)),
        store.replace('gone', text(2), text(1)),
        store.replace('ended', text(2), text(1)),
        store.replace('endless', text(2), text(1)),
        store.replace('any', text(2)),
        store.replace('gone too', text(2)),
        store.move('touched'),
        store.move('never there'),
        store.move('ended too'),
        store.write('written', text(2)),
        store.write('new', text(2)),
        store.add('free', text(2)),
        store.add('taken', text(2)),
        store.add('ended and free', text(2)),
      ]),
    )
    expect(updates[0]).toBe(15)
    expect(result).toEqual([
      ...['updated', 'changed', 'missing', 'missing', 'updated', 'updated', 'missing'],
      ...[true, false, false, undefined, undefined, true, false, true],
    ])
    const now = new Date()
    const left = await sessions.find({ expires: { $not: { $lte: now } } }, { sort: { _id: 1 } }).toArray()
    const n = (session: unknown) =>
      typeof session === 'string' ? JSON.parse(session).n : (session as { n: 0 }).n
    expect(left.map(({ _id, session }) => `${_id} ${n(session)}`)).toEqual([
      ...['any 2', 'differs 1', 'ended and free 2', 'endless 2', 'free 2', 'new 2', 'same 2', 'taken 1'],
      ...['touched 1', 'written 2'],
    ])
    const kept = await sessions.find({ expires: { $lte: now } }, { sort: { _id: 1 } }).toArray()
    expect(kept.map(({ _id, session }) => `${_id} ${n(session)}`)).toEqual(['ended 1', 'ended too 1'])
  })

  it('batched writes: a session that another store wrote in the other form is replaced', async () => {
    const { store, sessions } = await batching({ version, stringify })
    const sids = ['a', 'b', 'c', 'd']
    await sessions.insertMany(sids.map(_id => ({ _id, session: other(1), expires: later() })))
    for (const [from, to] of [
      [1, 2],
      [2, 3],
    ] as const) {
      const answers = await Promise.all(sids.map(sid => store.replace(sid, text(to), text(from))))
      expect(answers).toEqual(sids.map(() => 'updated'))
    }
    expect(await Promise.all(sids.map(sid => store.replace(sid, text(5), text(4))))).toEqual(
      sids.map(() => 'changed'),
    )
  })
})

it('batched writes: a write of a session that is gone inserts nothing, not even for a moment', async () => {
  const { store, sessions, counted } = await batching({ owner: 'user', timestamps: true })
  const changes: ChangeStreamDocument<Stored>[] = []
  const stream = sessions.watch()
  onTestFinished(() => stream.close())
  const ended = (async () => {
    for await (const change of stream) {
      changes.push(change)
      if (change.operationType === 'insert' && change.documentKey._id === 'the last') return
    }
  })()
  // The stream begins with its first answer.
  while (changes.length === 0) await store.set('before', sessionOf({ n: changes.length }))
  const sids = Array.from({ length: 8 }, (_, i) => `gone-${i}`)
  for (const sid of sids) await store.set(sid, sessionOf({ user: 'ada' }, LONG))
  for (const sid of sids) await store.destroy(sid)
  const { updates } = await counted(() =>
    Promise.all(
      sids.flatMap((sid, i) => [
        i % 2 ? store.replace(sid, text(1), text(1)) : store.replace(sid, text(1)),
        store.move(sid),
      ]),
    ),
  )
  expect(updates[0]).toBe(16)
  for (const sid of sids) expect(await store.get(sid)).toBeUndefined()
  expect(await store.ids()).toEqual(['before'])
  expect(await store.length()).toBe(1)
  expect(Object.keys(await store.all())).toEqual(['before'])
  expect(await store.countOf('ada')).toBe(0)
  expect(await store.insert(sids[0]!, sessionOf({ user: 'ada' }, LONG))).toBe(true)
  expect(await sessions.countDocuments()).toBe(2)
  await store.insert('the last', sessionOf())
  await ended
  const inserted = changes.flatMap(change =>
    change.operationType === 'insert' ? [change.documentKey._id] : [],
  )
  // The stream may have begun after the first one.
  expect(inserted.filter(sid => sid !== 'before')).toEqual([...sids, sids[0], 'the last'])
})

it('batched writes: sessions that end in the same tick stay ended', async () => {
  const { store, sessions } = await batching()
  const sids = Array.from({ length: 12 }, (_, i) => `${i}`)
  for (let round = 0; round < 8; round++) {
    await Promise.all(sids.map(sid => store.write(sid, text(1))))
    const writes = sids.flatMap(sid => [
      store.move(sid),
      store.replace(sid, text(2), text(1)),
      store.replace(sid, text(3)),
    ])
    const removed = await Promise.all(sids.map(sid => store.destroy(sid)))
    expect(removed).toEqual(sids.map(() => true))
    await Promise.all(writes)
    expect(await sessions.countDocuments()).toBe(0)
  }
})

it('batched writes: two writes of one session in a tick are in their order', async () => {
  const { store, sessions, counted } = await batching()
  const { updates } = await counted(() =>
    Promise.all([
      store.write('a', text(1)),
      store.write('b', text(1)),
      store.write('a', text(2)),
      store.move('a'),
    ]),
  )
  expect(updates).toEqual([4])
  expect((await sessions.findOne({ _id: 'a' }))?.session).toBe(text(2))
  const answers = await Promise.all([2, 3, 4].map(n => store.replace('a', text(n), text(2))))
  // The first writes what is there. So the second one still finds it, and the third does not.
  expect(answers).toEqual(['updated', 'updated', 'changed'])
  expect(await Promise.all([store.add('c', text(1)), store.add('c', text(2))])).toEqual([true, false])
  expect((await sessions.findOne({ _id: 'c' }))?.session).toBe(text(1))
})

it('batched writes: of many updates of one session at once, none is lost and none runs twice', async () => {
  const { store, client, dbName } = await batching()
  const second = storeOn(client, { dbName })
  await store.set('a', sessionOf({ n: 0 }, LONG))
  const add = (session: { n?: number }) => ({ ...session, n: session.n! + 1 })
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? store : second).update('a', add as never)))
  }
  expect(await store.get('a')).toMatchObject({ n: 40 })
})

it('batched writes: at most sixteen go together, and a large one goes alone', async () => {
  const { store, counted } = await batching()
  const many = await counted(() =>
    Promise.all(Array.from({ length: 40 }, (_, i) => store.write(`${i}`, text(1)))),
  )
  expect(many.updates).toEqual([16, 16, 8])
  const large = 'x'.repeat(60_000)
  const { updates } = await counted(() =>
    Promise.all(['a', 'b', 'c', 'd'].map((sid, i) => store.write(sid, i === 1 ? large : text(1)))),
  )
  expect(updates.sort()).toEqual([1, 3])
})

it('batched writes: one write alone is an ordinary update', async () => {
  const { store, client } = await batching()
  const statements: object[] = []
  client.on('commandStarted', ({ command }) => statements.push(...(command.updates ?? [])))
  expect(await store.move('a')).toBe(false)
  expect(statements).toHaveLength(1)
  expect(statements[0]).not.toHaveProperty('u.$setOnInsert')
  expect((statements[0] as { upsert?: boolean }).upsert).not.toBe(true)
})
