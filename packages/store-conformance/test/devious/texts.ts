import type { Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

/** Changes what is stored, the cookie apart. */
function altering(
  name: string,
  rules: readonly string[],
  change: (key: string, value: Data) => unknown,
): Devious {
  return devious(name, rules, Base => {
    return class extends Base {
      override serialize(session: Data) {
        const { cookie, ...data } = JSON.parse(JSON.stringify(session))
        const changed = JSON.parse(JSON.stringify(data), (key, value) => change(key, value))
        return JSON.stringify({ cookie, ...changed })
      }
    }
  })
}

function text(change: (text: string) => string): (key: string, value: unknown) => unknown {
  return (_, value) => (typeof value === 'string' ? change(value) : value)
}

function names(change: (name: string) => string): (key: string, value: Data) => unknown {
  return (_, value) =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), inner]))
}

function isPlain(value: Data): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Wrong with a kind of data that tests seldom have. */
export const texts: readonly Devious[] = [
  altering(
    'texts lose blanks at their end',
    ['RT-09'],
    text(value => value.replace(/ +$/, '')),
  ),
  altering(
    'line ends are made \\n',
    ['RT-09'],
    text(value => value.replace(/\r\n?/g, '\n')),
  ),
  altering(
    'texts are decoded as HTML',
    ['RT-09'],
    text(value => value.replace(/&lt;/g, '<').replace(/&amp;/g, '&')),
  ),
  altering(
    'texts are decoded as URLs',
    ['RT-09'],
    text(value => value.replace(/%41/g, 'A').replace(/%20/g, ' ')),
  ),
  altering(
    'a backslash and n become a line end',
    ['RT-09'],
    text(value => value.replace(/\\n/g, '\n')),
  ),
  altering(
    'a byte order mark at the start is lost',
    ['RT-02'],
    text(value => value.replace(/^\ufeff/, '')),
  ),
  altering('numbers have fifteen digits', ['RT-05'], (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(15)) : value,
  ),
  altering('numbers below 1e-300 are zero', ['RT-05'], (_, value) =>
    typeof value === 'number' && Math.abs(value) < 1e-300 ? 0 : value,
  ),
  altering('a list of one is its entry', ['RT-08'], (_, value) =>
    Array.isArray(value) && value.length === 1 ? value[0] : value,
  ),
  altering('an object with the names 0, 1 and so on is a list', ['RT-27'], (_, value) => {
    const keys = isPlain(value) ? Object.keys(value) : []
    return keys.length > 0 && keys.every((key, at) => key === String(at)) ? Object.values(value) : value
  }),
  altering('an object with a length is a list', ['RT-27'], (_, value) =>
    isPlain(value) && typeof value.length === 'number' ? Array.from(value) : value,
  ),
  altering('what looks like the JSON of a Buffer is its text', ['RT-27'], (_, value) =>
    isPlain(value) && value.type === 'Buffer' && Array.isArray(value.data) ? 'bytes' : value,
  ),
  altering('objects of extended JSON are their values', ['RT-27'], (_, value) =>
    isPlain(value) && ('$date' in value || '$oid' in value || '$numberLong' in value)
      ? String(Object.values(value)[0])
      : value,
  ),
  altering('inner fields called cookie are dropped', ['RT-28'], (key, value) =>
    key === 'cookie' ? undefined : value,
  ),
  altering('fields that begin with an underscore are dropped', ['RT-28'], (_, value) =>
    isPlain(value)
      ? Object.fromEntries(Object.entries(value).filter(([key]) => !/^_[a-z]/.test(key)))
      : value,
  ),
  altering(
    'names lose blanks around them',
    ['RT-28'],
    names(name => name.trim()),
  ),
  altering('names that differ in case are one', ['RT-28'], (_, value) => {
    if (!isPlain(value)) return value
    const seen = new Map<string, [string, unknown]>()
    for (const [key, inner] of Object.entries(value))
      if (!seen.has(key.toLowerCase())) seen.set(key.toLowerCase(), [key, inner])
    return Object.fromEntries([...seen.values()])
  }),
  altering('null at the end of a list is lost', ['RT-08'], (_, value) => {
    if (!Array.isArray(value)) return value
    while (value.length > 1 && value.at(-1) === null) value.pop()
    return value
  }),
  devious('an ISO text in an inner field called expires is a Date', ['RT-28'], Base => {
    return class extends Base {
      override parse(given: string) {
        const session = super.parse(given)
        const revive = (value: Data): void => {
          if (typeof value !== 'object' || value === null) return
          for (const key of Object.keys(value)) {
            if (key === 'expires' && typeof value[key] === 'string' && !Number.isNaN(Date.parse(value[key])))
              value[key] = new Date(value[key])
            else revive(value[key])
          }
        }
        for (const key of Object.keys(session)) if (key !== 'cookie') revive(session[key])
        return session
      }
    }
  }),
  devious('a session without data is not saved', ['RT-15'], Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        if (Object.keys(session).some(key => key !== 'cookie')) await super._set(sid, session)
      }
    }
  }),
  devious('sessions of more than 100 kB are latin1', ['RT-13'], Base => {
    return class extends Base {
      override serialize(session: Data) {
        const given = super.serialize(session)
        return given.length > 100_000 ? Buffer.from(given, 'latin1').toString('latin1') : given
      }
    }
  }),
]
