import { isDeepStrictEqual } from 'node:util'
import { listed, make, outcome, show, wait } from './store.mjs'

/** What came back for this data, where it is not what JSON makes of it. */
async function changed(store, data, { mayRefuse = false } = {}) {
  const { error } = await outcome(store.set('a', { ...data, cookie: make({}).cookie }))
  if (error) return mayRefuse ? undefined : `set() of ${show(data)}: ${show(error)}`
  const { cookie, ...got } = JSON.parse(JSON.stringify((await store.get('a')) ?? null)) ?? {}
  const wanted = JSON.parse(JSON.stringify(data))
  const kept = Object.fromEntries(Object.keys(wanted).map(name => [name, got[name]]))
  if (!isDeepStrictEqual(kept, wanted)) return `set() of ${show(wanted)}, get() gave ${show(got)}`
}

/** Sids of which one was found under the name of another. Those that the store refuses are left out. */
async function mixedUp(store, sids) {
  const taken = []
  for (const sid of sids) {
    const { value: got } = await outcome(store.get(sid))
    if (got) return `get(${JSON.stringify(sid)}) before it was set gave ${show(got)}`
    const { error } = await outcome(store.set(sid, make({ who: sid })))
    if (!error) taken.push(sid)
  }
  for (const sid of taken) {
    const got = await store.get(sid)
    if (got?.who !== sid) return `get(${JSON.stringify(sid)}) after set() gave ${show(got)}`
  }
  for (const sid of taken) {
    await store.destroy(sid)
    const got = await store.get(sid)
    if (got) return `get(${JSON.stringify(sid)}) after destroy() gave ${show(got)}`
  }
}

function* randomJson(count) {
  let seed = 7
  const next = limit => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return (seed >>> 8) % limit
  }
  const names = ['', 'a', 'a.b', '$set', '0', 'valueOf', 'length', 'id', 'ümlaut']
  const leaves = [
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e21,
    '',
    'text',
    '42',
    '2026-01-01T00:00:00.000Z',
    '\u2028',
    '💾',
  ]
  const value = depth => {
    const kind = depth > 3 ? 0 : next(4)
    if (kind < 2) return leaves[next(leaves.length)]
    const parts = Array.from({ length: next(4) }, () => value(depth + 1))
    return kind === 2 ? parts : Object.fromEntries(parts.map(part => [names[next(names.length)], part]))
  }
  for (let index = 0; index < count; index++) yield { data: value(0) }
}

const roundTrips = {
  'RT-01': { n: 1, text: 'a', yes: true, none: null, list: [1, 'b'], deep: { er: { est: 1 } } },
  'RT-02': { 'ключ 🔑': 'zażółć 漢字 🙂 \u2028\u2029' },
  'RT-05': {
    max: Number.MAX_SAFE_INTEGER,
    small: 5e-324,
    big: 1.7976931348623157e308,
    third: 1 / 3,
    text: '1',
  },
  'RT-06': { none: null, empty: '', zero: 0, no: false },
  'RT-07': { cart: [], filters: {}, nested: { list: [[], {}], map: { list: [], map: {} } } },
  'RT-08': { order: [3, 1, 2], deep: [[1, [2, [3]]], []], long: Array.from({ length: 300 }, (_, n) => n) },
  'RT-09': { date: '2026-01-01T00:00:00.000Z', number: '042', json: '{"a":1}', yes: 'true', none: 'null' },
  'RT-10': { 'a.b': 1, $set: { n: 2 }, hosts: { 'www.example.com': 1, '.': 2, '': 3 } },
  'RT-11': JSON.parse(
    '{"body":{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}},"toJSON":"text","then":1}',
  ),
  'RT-12': {
    id: 'mine',
    _id: 1,
    sid: 's',
    expires: 'never',
    ttl: 5,
    data: 'd',
    lastModified: 'today',
    __lastAccess: 'x',
  },
  'RT-14': JSON.parse(`{"deep":${'{"d":'.repeat(60)}1${'}'.repeat(60)}}`),
}
const refusable = {
  'RT-03': { text: 'a\u0000b\u0001' },
  'RT-04': { text: 'cut \ud83e' },
  'RT-13': { text: 'x'.repeat(3_000_000) },
}

const names = {
  'SID-01': ['a', 'A', 'á', 'Á'],
  'SID-02': ['b', ' b', 'b ', 'b\t'],
  'SID-03': ['\u00e9', 'e\u0301'],
  'SID-04': ['*', 'a*', 'a?', '[a]', 'ac'],
  'SID-05': ['%', 'a%', 'a_', '_', 'ad'],
  'SID-06': ["a'", 'a"', "a' OR 1=1 --", 'a;', 'a\\', '$1', '?', ':a'],
  'SID-07': ['p', './p', 'x/../p', '/p', 'q/p', 'q\\p'],
  'SID-08': ['a:b', 'a,b', 'a\nb', 'a\r\nb', 'a\u0000b', 'a b', 'a'],
  'SID-09': ['constructor', '__proto__', 'then', 'toString', 'hasOwnProperty', 'length', 'get'],
  'SID-10': [33, 37, 65, 129, 251, 256, 257, 513].flatMap(n =>
    ['1', '2'].map(end => 'x'.repeat(n - 1) + end),
  ),
  'SID-11': [
    '1',
    '01',
    '1.0',
    '1e0',
    '1000',
    '1e3',
    '9007199254740993',
    '9007199254740992',
    '0',
    '-0',
    'null',
  ],
  'SID-14': ['A', '%41', '&#65;', 'a+b', 'a b', 'a%20b', 'c/d', 'c%2Fd', '%', '%25', 'QQ==', 'QQ'],
}

export const data = {
  ...Object.fromEntries(
    Object.entries(roundTrips).map(([id, value]) => [id, ({ store }) => changed(store, value)]),
  ),
  ...Object.fromEntries(
    Object.entries(refusable).map(([id, value]) => [
      id,
      ({ store }) => changed(store, value, { mayRefuse: true }),
    ]),
  ),
  ...Object.fromEntries(Object.entries(names).map(([id, sids]) => [id, ({ store }) => mixedUp(store, sids)])),

  async 'RT-20'({ store }) {
    for (const value of randomJson(300)) {
      const seen = await changed(store, value)
      if (seen) return seen
    }
  },

  async 'RT-23'({ store }) {
    const text = '{"__proto__":{"admin":true},"deep":{"__proto__":{"admin":true}}}'
    await outcome(store.set('a', Object.assign(JSON.parse(text), { cookie: make({}).cookie })))
    const got = await store.get('a')
    if (got?.admin || got?.deep?.admin || {}.admin) return 'a field called __proto__ became the prototype'
  },

  async 'RT-15'({ store }) {
    await store.set('a', make({ old: 1 }))
    await store.set('a', make({ n: 1 }))
    if ((await store.get('a'))?.old) return 'a field that is no longer in the session was there after set()'
  },

  async 'RT-16'({ store }) {
    const cookie = {
      maxAge: 60_000,
      path: '/p',
      domain: 'example.com',
      httpOnly: false,
      secure: true,
      sameSite: 'lax',
    }
    await store.set('a', make({ n: 1 }, cookie))
    const got = JSON.parse(JSON.stringify((await store.get('a'))?.cookie ?? {}))
    for (const name of ['path', 'domain', 'httpOnly', 'secure', 'sameSite']) {
      if (got[name] !== cookie[name])
        return `cookie.${name} was ${show(got[name])} in place of ${show(cookie[name])}`
    }
    // express-session's Cookie computes it from the expiry, and the clock may have gone on by a millisecond.
    if (!(Math.abs(got.originalMaxAge - 60_000) < 100))
      return `cookie.originalMaxAge was ${show(got.originalMaxAge)}`
  },

  async 'RT-17'({ store }) {
    const session = make({ n: 1 })
    await store.set('a', session)
    const { expires } = (await store.get('a'))?.cookie ?? {}
    const time = new Date(expires).getTime()
    if (!(Math.abs(time - session.cookie.expires.getTime()) < 1000))
      return `cookie.expires came back as ${show(expires)}`
  },

  async 'ISO-01'({ store }) {
    const session = make({ user: { name: 'ada' } })
    await store.set('a', session)
    session.user.name = 'eve'
    if ((await store.get('a')).user.name === 'eve')
      return 'a change after set() had called back was in the store'
  },

  async 'ISO-02'({ store }) {
    await store.set('a', make({ user: { name: 'ada' } }))
    ;(await store.get('a')).user.name = 'eve'
    if ((await store.get('a')).user.name === 'eve') return 'a change of what get() gave was in the store'
  },

  async 'ISO-03'({ store }) {
    await store.set('a', make({ user: { name: 'ada' } }))
    const [one, other] = [await store.get('a'), await store.get('a')]
    if (one.user === other.user) return 'two results of get() share an object'
    const [end, otherEnd] = [one.cookie.expires, other.cookie.expires]
    if (end instanceof Date && end === otherEnd) return 'two results of get() share the Date cookie.expires'
  },

  async 'ISO-04'({ store }) {
    const session = make({ user: { name: 'ada' } })
    const saved = store.set('a', session)
    session.user.name = 'eve'
    await saved
    if ((await store.get('a')).user.name === 'eve') return 'a change made after the call of set() was saved'
  },

  async 'ISO-05'({ store }) {
    const session = make({ n: 1, lastModified: 'today' })
    const text = () => JSON.stringify(session) + Object.keys(session)
    for (const name of ['set', 'touch'].filter(method => store[method])) {
      const before = text()
      await outcome(store[name]('a', session))
      if (text() !== before) return `${name}() made ${text()} of ${before}`
    }
  },

  async 'ISO-06'({ store }) {
    await store.set('a', make({ user: { name: 'ada' } }))
    listed(await store.all())[0].user.name = 'eve'
    if ((await store.get('a')).user.name === 'eve') return 'a change of what all() gave was in the store'
  },

  async 'COR-01'({ store, putRaw }) {
    await store.set('a', make({ n: 1 }))
    await putRaw('a', '{"cookie":{"originalMaxAge":6')
    const uncaught = []
    process.on('uncaughtException', error => uncaught.push(error))
    const { error } = await outcome((async () => store.get('a'))())
    await wait(100)
    if (uncaught.length > 0) return `get() of a row that is no JSON: nobody could catch ${show(uncaught[0])}`
    if (error?.message.includes('no answer')) return show(error)
    let threw
    try {
      store.raw.get('a', () => {})
    } catch (thrown) {
      threw = thrown
    }
    if (threw) return `get() of a row that is no JSON threw ${show(threw)}`
  },

  async 'COR-02'({ store, putRaw }) {
    await store.set('a', make({ n: 1 }))
    await store.set('b', make({ n: 2 }))
    await putRaw('a', '{"cookie":{"originalMaxAge":6')
    const uncaught = []
    process.on('uncaughtException', error => uncaught.push(error))
    await outcome((async () => store.get('a'))())
    const { value } = await outcome(store.get('b'))
    if (uncaught.length > 0) return `reading a bad row ends the process: ${show(uncaught[0])}`
    if (value?.n !== 2) return `beside a bad row, get() of another session gave ${show(value)}`
  },

  async 'COR-05'({ store, putRaw }) {
    await store.set('a', make({ n: 1 }))
    await putRaw('a', '{"cookie":{"originalMaxAge":6')
    await outcome(store.set('a', make({ n: 2 })))
    if ((await store.get('a'))?.n !== 2) return 'set() did not put a bad row right'
  },

  async 'COR-06'({ store, putRaw }) {
    await store.set('a', make({ n: 1 }))
    await putRaw('a', '{"cookie":{"originalMaxAge":6')
    const { error } = await outcome(store.destroy('a'))
    if (error) return `destroy() of a bad row: ${show(error)}`
    if (await store.get('a')) return 'destroy() left a bad row'
  },
}
