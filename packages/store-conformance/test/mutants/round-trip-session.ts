import { isObject, reading, recoding, without, writing } from './codec.ts'
import { type Mutant, mutant } from './mutant.ts'
import type { Data, ReferenceStore } from './reference.ts'
import type { StoreClass } from './reference-subject.ts'

/** A store that changes the session it has read. */
function giving(name: string, rule: string, message: RegExp, change: (session: Data) => void): Mutant {
  return mutant(name, rule, message, Base => {
    return class extends Base {
      override open(...row: Parameters<ReferenceStore['open']>) {
        const session = super.open(...row)
        change(session)
        return session
      }
    }
  })
}

/** A store that combines what it has with what it is given. */
function combining(combine: (old: Data, session: Data) => Data): (Base: typeof ReferenceStore) => StoreClass {
  return Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        const old = await super._get(sid)
        const next = JSON.parse(JSON.stringify(session))
        await super._set(sid, old ? combine(old, next) : next)
      }
    }
  }
}

/** The same data without what lies deeper than `levels`. */
function cut(value: Data, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return null
  if (Array.isArray(value)) return value.map(inner => cut(inner, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner, levels - 1)]))
}

/** A copy by keys, which a Date has none of. */
function copyByKeys(value: Data): Data {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyByKeys)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyByKeys(inner)]))
}

export const roundTripSessionMutants: readonly Mutant[] = [
  writing('reservedFields', 'RT-12', /get\("a"\)\._id gave undefined, want "_id of the app"/, value =>
    without(value, (_, key) => key === '_id' || key === 'lastModified'),
  ),
  mutant(
    'takesFieldForExpiry',
    'RT-12',
    /get\("a"\) gave undefined, want a session with the field expires/,
    Base => {
      return class extends Base {
        override expiry(session: Data) {
          return super.expiry(session.expires ? { cookie: { expires: 'never', maxAge: 0 } } : session)
        }
      }
    },
  ),
  recoding(
    'trunc64k',
    'RT-13',
    /a session of 65536 characters failed with Error: the stored session is damaged/,
    text => text.slice(0, 65_535),
  ),
  recoding(
    'truncBytes',
    'RT-13',
    /48 000 characters in 120 000 bytes failed with Error: the stored session is damaged/,
    text => (/^[ -~]*$/.test(text) ? text : Buffer.from(text).subarray(0, 65_535).toString()),
  ),
  mutant(
    'refusesDeclaredSize',
    'RT-13',
    /set\(\) refused a session of 300000 characters; maxPayload is 500000/,
    Base => {
      return class extends Base {
        override serialize(session: Data) {
          const text = super.serialize(session)
          if (text.length > 100_000) throw new RangeError('the session is too large')
          return text
        }
      }
    },
    { maxPayload: 500_000 },
  ),
  reading('depth32', 'RT-14', /levels of get\("levels50"\) gave 3\d, want 50/, (value, key) =>
    key === 'tree' ? cut(value, 32) : value,
  ),
  mutant(
    'mergeOnSet',
    'RT-15',
    /after a second set\(\) gave .*user: "ada"/,
    combining((old, session) => ({ ...old, ...session })),
  ),
  mutant(
    'deepMergeArrays',
    'RT-15',
    /after a second set\(\) gave .*list: \[4, 2, 3\]/,
    combining((old, session) => {
      const list = session.list && Object.assign([], old.list, session.list)
      return list ? { ...session, list } : session
    }),
  ),
  mutant(
    'mergesNested',
    'RT-15',
    /after a second set\(\) gave .*form: \{x: 1, y: 3\}/,
    combining((old, session) =>
      session.form ? { ...session, form: { ...old.form, ...session.form } } : session,
    ),
  ),
  mutant('skipsEmpty', 'RT-15', /after set\(\) of a session without data gave .*, want \{\}/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        if (Object.keys(session).length > 1) await super._set(sid, session)
      }
    }
  }),
  mutant(
    'firstWriteWins',
    'RT-15',
    /after a second set\(\) gave \{user: "ada"/,
    combining(old => old),
  ),
  giving('dropCookie', 'RT-16', /get\("s0"\) gave a session without a cookie/, session => {
    delete session.cookie
  }),
  giving('dropCookieOriginalMaxAge', 'RT-16', /cookie\.originalMaxAge gave null, want 60000/, session => {
    delete session.cookie.originalMaxAge
  }),
  giving('knownFlagsOnly', 'RT-16', /get\("s1"\)\.cookie\.partitioned gave null, want true/, session => {
    delete session.cookie.partitioned
    delete session.cookie.priority
  }),
  giving('defaultsOverFalse', 'RT-16', /get\("s0"\)\.cookie\.httpOnly gave true, want false/, session => {
    session.cookie.httpOnly ||= true
  }),
  giving('expiresAsNumber', 'RT-17', /get\("a"\)\.cookie\.expires gave \d+, want "/, session => {
    session.cookie.expires = Date.parse(session.cookie.expires)
  }),
  giving(
    'expiresWithoutZone',
    'RT-17',
    /get\("a"\)\.cookie\.expires gave "[\d-]+ [\d:]+", want "/,
    session => {
      session.cookie.expires = session.cookie.expires?.slice(0, 19).replace('T', ' ')
    },
  ),
  giving('expiresOfAnHour', 'RT-17', /get\("a"\)\.cookie\.expires is 3\d{6} ms away/, session => {
    if (session.cookie.expires) session.cookie.expires = new Date(Date.now() + 3_660_000).toISOString()
  }),
  giving(
    'expiresFilledIn',
    'RT-17',
    /get\("b"\)\.cookie\.expires of a cookie that ends with the browser gave/,
    session => {
      session.cookie.expires ??= new Date(Date.now() + 60_000).toISOString()
    },
  ),
  mutant('usesStructuredClone', 'RT-17', /get\("a"\)\.cookie\.expires gave undefined, want "/, Base => {
    return class extends Base {
      override serialize(session: Data) {
        return JSON.stringify({ ...session, cookie: { ...session.cookie } })
      }

      override open(...row: Parameters<ReferenceStore['open']>) {
        return this.parse(row[1].text)
      }
    }
  }),
  mutant('dateToObject', 'RT-18', /get\("a"\)\.at gave \{\}, want "2024/, Base => {
    return class extends Base {
      override serialize({ cookie, ...data }: Data) {
        return JSON.stringify({ ...copyByKeys(data), cookie })
      }
    }
  }),
  reading('dateToNumber', 'RT-18', /get\("a"\)\.at gave 1709210096789, want "2024/, (value, key) =>
    key === 'at' ? Date.parse(value) : value,
  ),
  writing('undefinedToNull', 'RT-19', /with undefined and a function gave \{n: 1, gone: null/, value =>
    value === undefined ? null : value,
  ),
  giving(
    'keepsFunctions',
    'RT-19',
    /with undefined and a function gave \{n: 1, .*act: function act/,
    session => {
      if (session.nested) session.act = function act() {}
    },
  ),
  reading('trimNames', 'RT-20', /the counterexample gave .*; counterexample \{/, value =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.trim(), inner]))
      : value,
  ),
  writing('addsField', 'RT-21', /fields that get\("a"\) has and set\(\) did not gave "savedBy"/, value =>
    isObject(value?.cookie) ? { ...value, savedBy: 'the store' } : value,
  ),
  mutant(
    'mutatesArg',
    'RT-21',
    /fields that get\("a"\) has and set\(\) did not gave "__lastAccess"/,
    Base => {
      return class extends Base {
        override serialize(session: Data) {
          session.__lastAccess = Date.now()
          return super.serialize(session)
        }
      }
    },
  ),
]
