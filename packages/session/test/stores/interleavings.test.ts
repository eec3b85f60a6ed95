import { type MigratingStore, migratingStore } from '@coatcheck/session/stores'
import { describe, expect, it } from 'vitest'
import { inMatrix } from '../support/in-matrix.ts'
import { MapStore } from '../support/map-backend.ts'
import { type Guest, inside, sessionOf } from './sessions.ts'
import { connect, Turns, upserting } from './turns.ts'

const SEEDS = inMatrix ? 500 : 200

/** Two databases, processes that use both at once, and what they have been told. */
class World {
  readonly from = new MapStore()
  readonly to = new MapStore()
  readonly turns: Turns
  readonly kind: string
  acknowledged = 0
  loggedOut = false
  readonly inserts: boolean

  constructor(kind: string, inserts: boolean, seed: number) {
    this.kind = kind
    this.inserts = inserts
    this.turns = new Turns(seed)
  }

  process(name: string): MigratingStore {
    const from = connect(this.from.rows, name, this.turns)
    const to = connect(this.to.rows, name, this.turns, { inserts: this.inserts })
    return migratingStore({ from: this.kind === 'a RecordStore' ? from : upserting(from), to })
  }

  /** Count, and try again when another one was faster, as the middleware does. */
  async count(name: string): Promise<void> {
    const store = this.process(name)
    for (;;) {
      const session = (await store.get('a')) as Guest | undefined
      if (!session) return
      session.n++
      try {
        await store.set('a', session)
        this.acknowledged++
        return
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === 'ERR_SESSION_GONE') return
        if (code !== 'ERR_SESSION_CHANGED') throw error
      }
    }
  }

  async read(name: string): Promise<void> {
    const store = this.process(name)
    const session = await store.get('a')
    if (session) await store.touch('a', session)
  }

  async logout(name: string): Promise<void> {
    await this.process(name).destroy('a')
    this.loggedOut = true
  }

  /** What somebody who comes later finds. */
  async later(): Promise<Record<string, unknown> | undefined> {
    return migratingStore({ from: this.from, to: this.to }).get('a') as never
  }
}

describe.each([
  ['a RecordStore', 'one that inserts in one step', true],
  ['a store that inserts with every set', 'one that inserts in one step', true],
  ['a RecordStore', 'one that does not', false],
])('from %s to %s', (kind, _, inserts) => {
  // Without it a copy that was late can take the place of a write: what the README says.
  const whereWritesAreSafe = (name: string, test: () => Promise<void>) => void (inserts && it(name, test))
  const seeds = Array.from({ length: SEEDS }, (_, seed) => seed * 7919 + 1)
  const worlds = async (look: (world: World) => Promise<void>) => {
    for (const seed of seeds) {
      const world = new World(kind, inserts, seed)
      await world.from.set('a', sessionOf({ n: 0 }, 600_000))
      await look(world).catch(error => {
        error.message = `seed ${seed}: ${error.message}`
        throw error
      })
    }
  }

  whereWritesAreSafe('write: none that was answered is lost, whatever the order', () =>
    worlds(async world => {
      const works = [world.count('p1'), world.count('p2'), world.count('p3'), world.read('p4')]
      await world.turns.run(works)
      await Promise.all(works)
      expect(await world.later()).toMatchObject({ n: 3 })
      expect(inside(world.from, 'a').n).toBe(3)
    }),
  )

  whereWritesAreSafe('write: none that was answered is lost when a process is killed', () =>
    worlds(async world => {
      const works = [world.count('p1'), world.count('p2'), world.read('mortal'), world.count('p3')]
      await world.turns.run(works, { mortal: 'mortal' })
      expect(await world.later()).toMatchObject({ n: 3 })
    }),
  )

  whereWritesAreSafe('write: a writer that is killed takes nothing of the others with it', () =>
    worlds(async world => {
      const works = [world.count('mortal'), world.count('p2'), world.count('p3')]
      await world.turns.run(works, { mortal: 'mortal', deaths: 6 })
      const { n } = (await world.later()) as { n: number }
      expect(n).toBeGreaterThanOrEqual(world.acknowledged)
      expect(n).toBeLessThanOrEqual(3)
    }),
  )

  it('logout: never comes back, whatever the order', () =>
    worlds(async world => {
      const works = [world.logout('p1'), world.count('p2'), world.read('p3'), world.count('p4')]
      await world.turns.run(works)
      await Promise.all(works)
      expect(await world.later()).toBe(undefined)
      expect(await world.later()).toBe(undefined)
      expect(world.from.rows.has('a')).toBe(false)
    }))

  it.each(['read', 'count'] as const)('logout: never comes back when one that does a %s is killed', work =>
    worlds(async world => {
      const works = [world.logout('p1'), world[work]('mortal'), world.count('p2'), world.read('p3')]
      await world.turns.run(works, { mortal: 'mortal' })
      expect(world.loggedOut).toBe(true)
      expect(await world.later()).toBe(undefined)
    }),
  )

  it('logout: one that was killed can be done again', () =>
    worlds(async world => {
      const works = [world.logout('mortal'), world.count('p2'), world.read('p3')]
      await world.turns.run(works, { mortal: 'mortal' })
      await migratingStore({ from: world.from, to: world.to }).destroy('a')
      expect(await world.later()).toBe(undefined)
    }))
})
