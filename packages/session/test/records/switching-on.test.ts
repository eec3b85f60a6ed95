import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordStoreOptions } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { connect, InsertingStore, Turns } from '../stores/turns.ts'
import type { MapStore } from '../support/map-backend.ts'
import { newKey, SharedDatabase, sessionOf } from './database.ts'

const SEEDS = 100
const encryption = { keys: [newKey()] }

/** The options of a release of the app. */
const before: RecordStoreOptions = {}
const first: RecordStoreOptions = { hashIds: { plain: 'write' } }
const second: RecordStoreOptions = { hashIds: { plain: 'read' } }
const last: RecordStoreOptions = { hashIds: true }

/** Processes of the app, each with the options of its release, on one database. */
class World {
  readonly rows: InsertingStore['rows'] = new Map()
  readonly turns: Turns
  /** Writes that were answered. */
  acknowledged = 0
  /** Reads that have found nothing. */
  missed = 0

  constructor(seed: number) {
    this.turns = new Turns(seed)
  }

  process(name: string, options: RecordStoreOptions): MapStore {
    return connect(this.rows, name, this.turns, options)
  }

  async count(name: string, options: RecordStoreOptions): Promise<void> {
    const store = this.process(name, options)
    for (;;) {
      const session = await store.get('a')
      if (!session) return void this.missed++
      Object.assign(session, { n: Number((session as { n?: unknown }).n) + 1 })
      try {
        await store.set('a', session)
        this.acknowledged++
        return
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === 'ERR_SESSION_GONE') return void this.missed++
        if (code !== 'ERR_SESSION_CHANGED') throw error
      }
    }
  }

  async read(name: string, options: RecordStoreOptions): Promise<void> {
    const store = this.process(name, options)
    const session = await store.get('a')
    if (!session || !(await store.touch('a', session))) this.missed++
  }

  async logout(name: string, options: RecordStoreOptions): Promise<void> {
    await this.process(name, options).destroy('a')
  }

  /** Until these have ended, some of which wait a moment for others now and then. */
  async run(works: Promise<void>[], mortal: Promise<void>[] = []): Promise<void> {
    let ended = false
    const all = Promise.all(works).finally(() => {
      ended = true
    })
    while (!ended) {
      await this.turns.run([...works, ...mortal], { mortal: 'mortal' })
      await sleep(1)
    }
    await all
  }

  /** What a request that comes later finds. */
  async later(options: RecordStoreOptions): Promise<unknown> {
    return Object.assign(new InsertingStore(options), { rows: this.rows }).get('a')
  }
}

async function worlds(begin: RecordStoreOptions, look: (world: World) => Promise<void>): Promise<void> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = new World(seed * 7919)
    await Object.assign(new InsertingStore(begin), { rows: world.rows }).set('a', sessionOf({ n: 0 }))
    await look(world).catch(error => {
      error.message = `seed ${seed}: ${error.message}`
      throw error
    })
  }
}

describe.each([
  ['in clear', {}, {}, {}],
  ['encrypted all the time', { encryption }, { encryption }, { encryption }],
  [
    'encrypted by the same releases',
    {},
    { encryption: { ...encryption, plain: 'write' as const } },
    { encryption: { ...encryption, plain: 'read' as const } },
  ],
])('hashed ids for a store in use, %s', (_, e0, e1, e2) => {
  const [zero, one, two] = [
    { ...before, ...e0 },
    { ...first, ...e1 },
    { ...second, ...e2 },
  ]

  it.each([
    ['the first release beside the one before', zero, one],
    ['the second release beside the first', one, two],
    ['the second release alone', two, two],
  ])('switching on: nobody is logged out and no write is lost, with %s', (_, old, fresh) =>
    worlds(zero, async world => {
      const works = [
        world.count('p1', old),
        world.count('p2', fresh),
        world.read('p3', fresh),
        world.count('p4', fresh),
      ]
      await world.run(works)
      expect([world.missed, world.acknowledged]).toEqual([0, 3])
      expect(await world.later(fresh)).toMatchObject({ n: 3 })
    }),
  )

  it.each([
    ['the first release beside the one before', zero, one],
    ['the second release beside the first', one, two],
    ['the second release alone', two, two],
  ])('switching on: a logout is final, with %s', (_, old, fresh) =>
    worlds(zero, async world => {
      const works = [
        world.logout('p1', old),
        world.count('p2', fresh),
        world.read('p3', fresh),
        world.count('p4', old),
      ]
      await world.run(works)
      expect(await world.later(fresh)).toBeUndefined()
      expect(await world.later(old)).toBeUndefined()
    }),
  )

  it('switching on: a logout is final also when a process that moves the session is killed', () =>
    worlds(zero, async world => {
      const works = [world.logout('p1', two), world.count('p2', two)]
      await world.run(works, [world.read('mortal', two)])
      expect(await world.later(two)).toBeUndefined()
    }))
})

function switching() {
  const database = new SharedDatabase()
  return {
    database,
    stores: [before, first, second, last].map(options => database.store(options)) as [
      ReturnType<SharedDatabase['store']>,
      ReturnType<SharedDatabase['store']>,
      ReturnType<SharedDatabase['store']>,
      ReturnType<SharedDatabase['store']>,
    ],
  }
}

describe('what is where', () => {
  it('switching on: the first release stores sessions as before, and finds those that have moved', async () => {
    const { database, stores } = switching()
    await stores[1].set('a', sessionOf({ user: 'Ada' }))
    expect(database.row().sid).toBe('a')
    expect(await stores[0].get('a')).toMatchObject({ user: 'Ada' })
    await stores[2].get('a')
    expect(database.row().sid).toMatch(/^h1\./)
    expect(await stores[1].get('a')).toMatchObject({ user: 'Ada' })
  })

  it('switching on: the second release moves a session that is used, with what is left of its life', async () => {
    const { database, stores } = switching()
    await stores[0].set('a', sessionOf({ user: 'Ada' }), { ttl: 30_000 })
    const { expires } = database.row()
    expect(await stores[2].get('a')).toMatchObject({ user: 'Ada' })
    const row = database.row()
    expect(row.sid).toMatch(/^h1\./)
    expect(Math.abs(row.expires - expires)).toBeLessThan(5000)
    expect(await stores[3].get('a')).toMatchObject({ user: 'Ada' })
  })

  it('switching on: a read that renews does so while it moves the session', async () => {
    const { database, stores } = switching()
    await stores[0].set('a', sessionOf({}), { ttl: 1000 })
    await stores[2].get('a', undefined, { renew: 60_000 })
    expect(database.row().expires).toBeGreaterThan(Date.now() + 30_000)
  })

  it('switching on: listings of both releases show no id, and end what they show', async () => {
    for (const i of [1, 2] as const) {
      const { stores } = switching()
      await stores[0].set('not moved', sessionOf({ n: 1 }))
      await stores[0].set('moved', sessionOf({ n: 2 }))
      await stores[2].get('moved')
      const listed = await stores[i].all()
      const keys = Object.keys(listed)
      expect(keys.every(key => /^h1\.[\w-]{43}$/.test(key))).toBe(true)
      expect(
        Object.values(listed)
          .map(session => (session as { n?: number }).n)
          .sort(),
      ).toEqual([1, 2])
      for (const key of keys)
        expect([await stores[i].get(key), await stores[i].destroy(key)]).toEqual([undefined, true])
      expect(await stores[i].length()).toBe(0)
    }
  })

  it('switching on: what a backup shows cannot be used as an id', async () => {
    const { stores } = switching()
    await stores[3].set('a', sessionOf({ user: 'Ada' }))
    const [key] = (await stores[3].ids()) as [string]
    for (const store of [stores[1], stores[2], stores[3]]) expect(await store.get(key)).toBeUndefined()
  })

  it('switching on: a session that does not open stays where it is', async () => {
    const database = new SharedDatabase()
    await database.store({ encryption: { keys: [newKey()] } }).set('a', sessionOf())
    const row = database.row()
    await expect(database.store({ ...second, encryption }).get('a')).rejects.toMatchObject({
      code: 'ERR_SESSION_CORRUPT',
    })
    expect(database.row()).toEqual(row)
  })

  it('switching on: insert and exchange see sessions in both places', async () => {
    for (const i of [1, 2] as const) {
      const { stores } = switching()
      await stores[0].set('here', sessionOf())
      await stores[3].set('there', sessionOf())
      expect([
        await stores[i].insert('here', sessionOf()),
        await stores[i].insert('there', sessionOf()),
      ]).toEqual([false, false])
      expect(await stores[i].exchange('here', 'b', sessionOf(), { required: true })).toBe(true)
      expect(await stores[i].exchange('there', 'c', sessionOf(), { required: true })).toBe(true)
      expect(await stores[i].exchange('nowhere', 'd', sessionOf(), { required: true })).toBe(false)
      expect([await stores[i].get('b'), await stores[i].get('c'), await stores[i].get('d')]).toMatchObject([
        {},
        {},
        undefined,
      ])
      expect(await stores[i].length()).toBe(2)
    }
  })
})
