import type { Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

type Replacer = (name: string, value: unknown) => unknown

/** A store that passes every value through `replace` when it saves. */
function replacing(name: string, rules: readonly string[], replace: () => Replacer): Devious {
  return devious(name, rules, Base => {
    return class extends Base {
      override serialize(session: Data) {
        return JSON.stringify(session, replace())
      }
    }
  })
}

function texts(change: (text: string) => string): () => Replacer {
  return () => (_, value) => (typeof value === 'string' ? change(value) : value)
}

/** Wrong for some values or sids. */
export const values: readonly Devious[] = [
  replacing(
    'line ends of Windows become those of Unix',
    ['RT-09'],
    texts(text => text.replaceAll('\r\n', '\n')),
  ),
  replacing(
    'blanks at the ends of texts are lost',
    ['RT-09'],
    texts(text => text.trim()),
  ),
  replacing(
    'HTML is escaped',
    ['RT-09'],
    texts(text => text.replaceAll('<', '&lt;')),
  ),
  devious('data goes into a statement by replace(), which has signs of its own', ['RT-09'], Base => {
    return class extends Base {
      override serialize(session: Data) {
        return '(session)'.replace('(session)', super.serialize(session))
      }
    }
  }),
  replacing('an object that occurs twice is taken for a circle', ['RT-01'], () => {
    const seen = new Set<unknown>()
    return (_, value) => {
      if (typeof value !== 'object' || value === null) return value
      if (seen.has(value)) return '[Circular]'
      seen.add(value)
      return value
    }
  }),
  replacing(
    'lone surrogates are replaced',
    ['RT-04'],
    texts(text => Buffer.from(text).toString()),
  ),
  replacing(
    'fields called __proto__ are dropped',
    ['RT-11'],
    () => (name, value) => (name === '__proto__' ? undefined : value),
  ),
  replacing(
    'dates lose their milliseconds',
    ['RT-18'],
    texts(text => text.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{3}Z$/, '$1Z')),
  ),
  devious('destroy() looks at the sid without its case', ['SID-01'], Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        const rows = await this.client.scan(this.start())
        for (const [key] of rows)
          if (key.toLowerCase() === this.key(sid).toLowerCase()) await this.client.remove(key)
      }
    }
  }),
  devious('touch() looks at the sid without its case', ['TCH-11'], Base => {
    return class extends Base {
      override async _touch(sid: string, session: Data) {
        const rows = await this.client.scan(this.start())
        for (const [key] of rows)
          if (key.toLowerCase() === this.key(sid).toLowerCase())
            await this.client.update(key, this.expiry(session))
      }
    }
  }),
  devious('destroy() takes along what has the same first 32 characters', ['SID-10'], Base => {
    return class extends Base {
      override async _destroy(sid: string) {
        if (sid.length > 32) await this.client.removeAll(this.key(sid.slice(0, 32)))
        return super._destroy(sid)
      }
    }
  }),
]
