import { setTimeout as sleep } from 'node:timers/promises'
import { randomFrom, seedFrom } from '../../src/values/random.ts'
import type { Row } from '../mutants/database.ts'
import type { Callback, Data, ReferenceStore } from '../mutants/reference.ts'
import type { StoreClass } from '../mutants/reference-subject.ts'
import { type Change, type Manner, same } from './manner.ts'

/** Answers after so many milliseconds. */
function late(name: string, msOf: () => () => number): Manner {
  return {
    name,
    apply: Base => {
      const ms = msOf()
      return class extends Base {
        override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
          const slow = async (): Promise<unknown> => {
            const value = await work()
            await sleep(ms())
            return value
          }
          return super.answer(slow, callback, afterClose)
        }
      }
    },
  }
}

export const latencies: readonly Manner[] = [
  { name: 'at once', apply: same },
  late('1 ms late', () => () => 1),
  late('4 ms late', () => () => 4),
  late('0 to 7 ms late', () => {
    const random = randomFrom(seedFrom('latency'))
    return () => Math.floor(random() * 8)
  }),
]

const roundedUp: Change = Base =>
  class extends Base {
    override expiry(session: Data) {
      const { expires, fromCookie } = super.expiry(session)
      return { expires: Math.ceil(expires / 1000) * 1000, fromCookie }
    }
  }

export const granularities: readonly Manner[] = [
  { name: 'milliseconds', apply: same },
  { name: 'milliseconds, not declared', apply: same, subject: { granularityMs: undefined as never } },
  { name: 'seconds, rounded up', apply: roundedUp, subject: { granularityMs: 1000 } },
  {
    name: 'seconds, not declared',
    apply: roundedUp,
    subject: { granularityMs: undefined as never },
  },
  {
    name: 'reads that delete what they find expired',
    apply: Base =>
      class extends Base {
        override async _get(sid: string, renew?: number | null) {
          const dead = (row: Row): boolean => !this.alive(row)
          const row = await this.client.read(this.key(sid))
          if (row && dead(row)) await this.client.removeAll(this.key(sid), found => dead(found))
          return super._get(sid, renew)
        }
      },
  },
]

export const misses: readonly Manner[] = [
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
    name: 'ENOENT for a miss',
    apply: Base =>
      class extends Base {
        override async _get(sid: string, renew?: number | null) {
          const session = await super._get(sid, renew)
          if (session) return session
          throw Object.assign(new Error('no such session'), { code: 'ENOENT' })
        }
      },
  },
]

export const styles: readonly Manner[] = [
  { name: 'callbacks and promises', apply: same },
  {
    name: 'a default for the callback',
    apply: Base =>
      class extends Base {
        override get(sid: string, callback: Callback = () => {}, options?: { renew?: number | null }) {
          return super.get(sid, callback, options)
        }
        override destroy(sid: string, callback: Callback = () => {}) {
          return super.destroy(sid, callback)
        }
      },
  },
  {
    name: 'async methods with a default for the callback, which comes later',
    apply: Base => {
      const nothing: Callback = () => {}
      return class extends Base {
        override async get(sid: string, callback: Callback = nothing, options?: { renew?: number | null }) {
          super.get(sid, (error, value) => setTimeout(callback, 3, error, value), options)
        }
        override async set(sid: string, session: Data, callback: Callback = nothing) {
          super.set(sid, session, error => setTimeout(callback, 3, error))
        }
        override async destroy(sid: string, callback: Callback = nothing) {
          super.destroy(sid, (error, value) => setTimeout(callback, 3, error, value))
        }
      }
    },
  },
  {
    name: 'promises only',
    subject: { style: 'promise' },
    apply: Base => {
      const Promises = class extends Base {}
      for (const name of [
        'get',
        'set',
        'touch',
        'destroy',
        'all',
        'length',
        'clear',
        'prune',
        'close',
      ] as const) {
        const method = Base.prototype[name] as ((...args: unknown[]) => unknown) | undefined
        if (!method) continue
        const taken = name === 'set' || name === 'touch' ? 2 : name === 'get' || name === 'destroy' ? 1 : 0
        Object.defineProperty(Promises.prototype, name, {
          value(...args: unknown[]) {
            return method.call(this, ...args.slice(0, taken))
          },
          configurable: true,
          writable: true,
        })
      }
      return Promises
    },
  },
  {
    name: 'further arguments for the callback',
    apply: Base =>
      class extends Base {
        override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
          const more = callback as ((...args: unknown[]) => void) | undefined
          return super.answer(work, more && ((error, value) => more(error, value, 'more', 1)), afterClose)
        }
      },
  },
]

export const forms: readonly Manner[] = [
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
  {
    name: 'methods of its own, bound',
    apply: Base =>
      class extends Base {
        constructor(options: ConstructorParameters<typeof ReferenceStore>[0]) {
          super(options)
          for (const name of ['set', 'destroy'] as const) this[name] = this[name].bind(this)
        }
      },
  },
]
