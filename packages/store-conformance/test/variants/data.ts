import type { Row } from '../mutants/database.ts'
import type { Data } from '../mutants/reference.ts'
import { type Variant, variant } from './variant.ts'

const mark = Symbol.for('coatcheck.loaded')

class StoredSession {}

/** The same session in an object of another kind, with the note for conditional updates. */
function into(target: object, session: Data): Data {
  const copy = Object.defineProperties(target, Object.getOwnPropertyDescriptors({ ...session }))
  return Object.defineProperty(copy, mark, { value: session[mark] })
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depth))
}

function refuse(reason: string): never {
  throw new RangeError(`The session is refused: ${reason}`)
}

/** Other forms of what comes back, and limits to what is taken. */
export const data: readonly Variant[] = [
  variant('a Date in cookie.expires', Base => {
    return class extends Base {
      override open(sid: string, row: Row) {
        const session = super.open(sid, row)
        const { expires } = session.cookie
        if (expires) session.cookie.expires = new Date(expires)
        return session
      }
    }
  }),
  variant('instances of a class', Base => {
    return class extends Base {
      override open(sid: string, row: Row) {
        return into(new StoredSession(), super.open(sid, row))
      }
    }
  }),
  variant('sessions without a prototype', Base => {
    return class extends Base {
      override open(sid: string, row: Row) {
        return into(Object.create(null), super.open(sid, row))
      }
    }
  }),
  variant('frozen results', Base => {
    const freeze = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value
      Object.values(value).forEach(freeze)
      return Object.freeze(value)
    }
    return class extends Base {
      override async _get(sid: string) {
        const session = await super._get(sid)
        return session && freeze({ ...session })
      }
      override _update = undefined as never
      override insert = undefined as never
      override exchange = undefined as never
      override async _set(sid: string, session: Data) {
        await this.client.write(this.key(sid), this.row(session))
      }
    }
  }),
  variant('refuses odd sids', Base => {
    const usual = /^[\w-]{1,128}$/
    return class extends Base {
      override async _set(sid: string, session: Data) {
        if (!usual.test(sid)) throw new TypeError('The sid is refused')
        await super._set(sid, session)
      }
      override async _get(sid: string) {
        return usual.test(sid) ? super._get(sid) : undefined
      }
    }
  }),
  variant(
    'refuses more than 400 kB',
    Base => {
      return class extends Base {
        override serialize(session: Data) {
          const text = super.serialize(session)
          return Buffer.byteLength(text) > 400_000 ? refuse('too large') : text
        }
      }
    },
    { maxPayload: 400_000 },
  ),
  variant('refuses NUL, lone surrogates and depth', Base => {
    return class extends Base {
      override serialize(session: Data) {
        const text = super.serialize(session)
        // JSON.stringify escapes both.
        if (/\\u0000|\\ud[89a-f]/.test(text)) refuse('a character that the database cannot keep')
        return depth(JSON.parse(text)) > 20 ? refuse('nested too deeply') : text
      }
    }
  }),
]
