import type { Row } from '../mutants/database.ts'
import type { Data, ReferenceStore } from '../mutants/reference.ts'
import { type Manner, same } from './manner.ts'

const absent = undefined as never
const mark = Symbol.for('coatcheck.loaded')

/** The same session in an object of another kind, with the note for conditional updates. */
function into(target: object, session: Data): Data {
  const copy = Object.defineProperties(target, Object.getOwnPropertyDescriptors({ ...session }))
  return Object.defineProperty(copy, mark, { value: session[mark] })
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  Object.values(value).forEach(freeze)
  return Object.freeze(value)
}

class StoredSession {}

export const results: readonly Manner[] = [
  { name: 'plain results', apply: same },
  {
    name: 'frozen results',
    apply: Base =>
      class extends Base {
        override async _get(sid: string) {
          const session = await super._get(sid)
          return session && freeze({ ...session })
        }
        override _update = absent
        override insert = absent
        override exchange = absent
        override async _set(sid: string, session: Data) {
          await this.client.write(this.key(sid), this.row(session))
        }
      },
  },
  {
    name: 'instances of a class',
    apply: Base =>
      class extends Base {
        override open(sid: string, row: Row) {
          return into(new StoredSession(), super.open(sid, row))
        }
      },
  },
  {
    name: 'results without a prototype',
    apply: Base =>
      class extends Base {
        override open(sid: string, row: Row) {
          return into(Object.create(null), super.open(sid, row))
        }
      },
  },
  {
    name: 'a Date in cookie.expires',
    apply: Base =>
      class extends Base {
        override open(sid: string, row: Row) {
          const session = super.open(sid, row)
          const { expires } = session.cookie
          if (expires) session.cookie.expires = new Date(expires)
          return session
        }
      },
  },
]

/** `all()` in another shape. */
function listing(name: string, shape: (entries: { sid: string; session: Data }[]) => unknown): Manner {
  return {
    name,
    apply: Base =>
      class extends Base {
        override async _all() {
          return shape(await this.live())
        }
      },
  }
}

export const lists: readonly Manner[] = [
  { name: 'all() as entries', apply: same },
  listing('all() as a record', entries =>
    Object.assign(Object.create(null), Object.fromEntries(entries.map(({ sid, session }) => [sid, session]))),
  ),
  listing('all() as sessions', entries => entries.map(({ session }) => session)),
  listing('all() as a Map', entries => new Map(entries.map(({ sid, session }) => [sid, session]))),
]

const usualSid = /^[\w-]{1,128}$/

export const limits: readonly Manner[] = [
  { name: 'no limits', apply: same },
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
  {
    name: 'up to 300 sessions',
    subject: { maxSessions: 300 },
    apply: Base => {
      const held = new Set<string>()
      return class extends Base {
        override async _set(sid: string, session: Data) {
          const mine = [...held].filter(key => key.startsWith(this.start()))
          if (mine.length >= 300 && !held.has(this.key(sid))) throw new RangeError('The store is full')
          held.add(this.key(sid))
          await super._set(sid, session)
        }
        override async _destroy(sid: string) {
          held.delete(this.key(sid))
          return super._destroy(sid)
        }
        override async _clear() {
          for (const key of held) if (key.startsWith(this.start())) held.delete(key)
          await super._clear()
        }
      }
    },
  },
  {
    name: 'odd sids refused',
    apply: Base =>
      class extends Base {
        override async _set(sid: string, session: Data) {
          if (!usualSid.test(sid)) throw new TypeError('The sid is refused')
          await super._set(sid, session)
        }
        override async _get(sid: string, renew?: number | null) {
          return usualSid.test(sid) ? super._get(sid, renew) : undefined
        }
      },
  },
  {
    name: 'NUL and lone surrogates refused',
    apply: Base =>
      class extends Base {
        override serialize(session: Data) {
          const text = super.serialize(session)
          if (/\\u0000|\\ud[89a-f]/.test(text)) throw new RangeError('The session is refused')
          return text
        }
      },
  },
]

/** A store without these methods. */
function without(name: string, methods: readonly string[]): Manner {
  return {
    name,
    apply: Base => {
      const Less = class extends Base {}
      for (const method of methods)
        Object.defineProperty(Less.prototype, method, {
          value: undefined,
          configurable: true,
          writable: true,
        })
      return Less
    },
  }
}

const core: Manner = {
  name: 'get, set and destroy alone',
  apply: Base => {
    const Less = without(
      '',
      'touch all length clear prune close entries ids insert exchange'.split(' '),
    ).apply(Base)
    return class extends (Less as typeof ReferenceStore) {
      override _update = absent
      override async _set(sid: string, session: Data) {
        await this.client.write(this.key(sid), this.row(session))
      }
    }
  },
}

export const methods: readonly Manner[] = [
  { name: 'all methods', apply: same },
  without('no touch()', ['touch']),
  without('no lists', ['all', 'length', 'clear', 'entries', 'ids']),
  without('no close()', ['close']),
  core,
]

export const places: readonly Manner[] = [
  { name: 'one database', apply: same },
  {
    name: 'sessions in the store object',
    apply: same,
    // Nothing to look into, and no client to disturb.
    subject: { backend: {}, deadlineMs: undefined as never },
  },
]
