import { setTimeout as sleep } from 'node:timers/promises'
import type { Subject } from '../../src/index.ts'
import { randomFrom, seedFrom } from '../../src/values/random.ts'
import { type Callback, type Data, ReferenceStore } from '../mutants/reference.ts'
import { type StoreClass, subjectOf } from '../mutants/reference-subject.ts'
import { type Fault, faults } from './faults.ts'

/** A store that was put together from parts. */
export interface Generated {
  readonly name: string
  readonly faults: readonly Fault[]
  subject(): Subject
}

type Change = (Base: typeof ReferenceStore) => StoreClass

/** A legal peculiarity of a sound store. */
interface Manner {
  readonly name: string
  readonly apply: Change
  readonly subject?: Partial<Subject>
}

const same: Change = Base => class extends Base {}

const latencies: readonly Manner[] = [
  { name: 'at once', apply: same },
  ...[1, 4].map(ms => ({
    name: `${ms} ms late`,
    apply: (Base: typeof ReferenceStore): StoreClass =>
      class extends Base {
        override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
          const late = async (): Promise<unknown> => {
            const value = await work()
            await sleep(ms)
            return value
          }
          return super.answer(late, callback, afterClose)
        }
      },
  })),
]

const granularities: readonly Manner[] = [
  { name: 'milliseconds', apply: same },
  {
    name: 'seconds, rounded up',
    subject: { granularityMs: 1000 },
    apply: Base =>
      class extends Base {
        override expiry(session: Data) {
          const { expires, fromCookie } = super.expiry(session)
          return { expires: Math.ceil(expires / 1000) * 1000, fromCookie }
        }
      },
  },
]

const styles: readonly Manner[] = [
  { name: 'undefined for a miss', apply: same },
  {
    name: 'null for a miss',
    apply: Base =>
      class extends Base {
        override async _get(sid: string, renew?: number | null) {
          return (await super._get(sid, renew)) ?? null
        }
      },
  },
  {
    name: 'a default for the callback',
    apply: Base =>
      class extends Base {
        override get(sid: string, callback: Callback = () => {}, options?: { renew?: number | null }) {
          return super.get(sid, callback, options)
        }
      },
  },
]

const forms: readonly Manner[] = [
  { name: 'a class', apply: same },
  {
    name: 'a constructor function',
    apply: Base => {
      // As util.inherits makes it, with methods that are enumerable.
      const Old = function (this: object, options: object) {
        return Reflect.construct(Base, [options], new.target ?? Old)
      }
      Object.setPrototypeOf(Old.prototype, Base.prototype)
      for (const name of ['get', 'set', 'destroy'] as const) Old.prototype[name] = Base.prototype[name]
      return Old as unknown as StoreClass
    },
  },
]

const caps: readonly Manner[] = [
  { name: 'any size', apply: same },
  {
    name: 'up to 400 kB',
    subject: { maxPayload: 400_000 },
    apply: Base =>
      class extends Base {
        override serialize(session: Data) {
          const text = super.serialize(session)
          if (Buffer.byteLength(text) > 400_000) throw new RangeError('The session is too large')
          return text
        }
      },
  },
]

function oneOf<T>(random: () => number, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!
}

/** A store with one to three of the faults, the same for the same seed and number. */
export function faulty(seed: string, number: number): Generated {
  const random = randomFrom(seedFrom(`${seed}/faulty/${number}`))
  const chosen = new Set([faults[number % faults.length]!])
  for (let more = Math.floor(random() * 3); more > 0; more--) chosen.add(oneOf(random, faults))
  const list = [...chosen]
  const name = `faulty ${number}: ${list.map(fault => fault.name).join(' + ')}`
  const manner = oneOf(random, forms)
  return { name, faults: list, subject: () => made(name, [...list, manner]) }
}

/** A sound store in one of many manners. */
export function sound(seed: string, number: number): Generated {
  const random = randomFrom(seedFrom(`${seed}/sound/${number}`))
  const manners = [latencies, granularities, styles, caps, forms].map(list => oneOf<Manner>(random, list))
  const name = `sound ${number}: ${manners.map(manner => manner.name).join(', ')}`
  return { name, faults: [], subject: () => made(name, manners) }
}

function made(name: string, parts: readonly { apply: Change; subject?: Partial<Subject> }[]): Subject {
  const Store = parts.reduce<StoreClass>(
    (Base, part) => part.apply(Base as typeof ReferenceStore),
    ReferenceStore as StoreClass,
  )
  return subjectOf(Store, { name, ...Object.assign({}, ...parts.map(part => part.subject ?? {})) })
}
