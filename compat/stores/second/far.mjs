import { isDeepStrictEqual } from 'node:util'
import { ended, listed, make, outcome, show, wait } from './store.mjs'

const HOUR = 3_600_000
const LIFE = 1500
const END = LIFE + 2200
const SIDS = Array.from({ length: 60 }, (_, index) => `s${index}`)

/** A session that ends soon, and its end. */
const short = data => make(data, { maxAge: LIFE })
const inTime = session => {
  if (Date.now() >= session.cookie.expires.getTime()) throw new Error('the machine was too slow')
}
/** Whether a session ends here at all. */
const ends = async store => {
  await store.set('past', ended({ n: 0 }))
  return !(await store.get('past'))
}

/** Another store on the same sessions, or the same store where each has its own. */
async function another(store, open) {
  const other = await open()
  await store.set('seen', make({ n: 1 }))
  const seen = await other.get('seen')
  await store.destroy('seen')
  return seen ? other : store
}

/** Sessions of several kinds: their sids. */
async function kinds(store) {
  await store.set('plain', make({ who: 'plain' }))
  await store.set('browser', make({ who: 'browser' }, {}))
  await store.set('empty', make({}))
  await store.set('touched', make({ who: 'touched' }))
  if (store.touch) await store.touch('touched', make({ who: 'touched' }))
  await store.set('again', make({ who: 'again' }))
  await store.destroy('again')
  await store.set('again', make({ who: 'again' }))
  const { error } = await outcome(store.set('large', make({ who: 'large', text: 'x'.repeat(60_000) })))
  return ['plain', 'browser', 'empty', 'touched', 'again', ...(error ? [] : ['large'])]
}

/** Whether data comes back as it was, or was refused. */
function back(name, make_) {
  return async ({ store }) => {
    for (const [what, given] of Object.entries(make_())) {
      const { error } = await outcome(store.set(what, make({ given })))
      if (error) continue
      const { error: bad, value } = await outcome(store.get(what))
      if (bad) return `get() of ${name} (${what}): ${show(bad)}`
      if (!isDeepStrictEqual(JSON.parse(JSON.stringify(value?.given ?? null)), given))
        return `${name} (${what}) came back as ${show(value?.given)}`
    }
  }
}

export const far = {
  async 'API-16'({ store }) {
    for (let n = 1; n <= 300; n++) {
      await store.set('a', make({ n }))
      const got = await store.get('a')
      if (got?.n !== n) return `get() after set() number ${n} gave ${show(got)}`
    }
  },

  'RT-25': back('much data', () => ({
    fields: Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`field${n}`, n])),
    list: Array.from({ length: 5000 }, (_, n) => 5000 - n),
    names: { [`${'n'.repeat(70_000)}1`]: 1 },
  })),

  'RT-26': back('text at a border', () =>
    Object.fromEntries(
      [0, 1, 2, 3].map(offset => [`offset${offset}`, 'x'.repeat(offset) + '🦕'.repeat(20_000)]),
    ),
  ),

  'RT-27': back('an object that looks like another type', () => ({
    byNumber: { 0: 'a', 1: 'b' },
    ruler: { length: 3 },
    bytes: { type: 'Buffer', data: [1, 2] },
    at: { $date: '2024-02-29T12:34:56.789Z' },
    oid: { $oid: '65e0a0a0a0a0a0a0a0a0a0a0' },
    long: { $numberLong: '5' },
  })),

  'RT-28': back('names', () => {
    const at = '2024-02-29T12:34:56.789Z'
    return {
      inner: { cookie: { expires: at, originalMaxAge: 5 }, expires: at, _expires: at },
      names: { Name: 1, name: 2, ' name': 3, 'name ': 4, _private: 5, __v: 6, 'a-b': 7, a_b: 8 },
    }
  }),

  async 'EXP-23'({ store }) {
    const end = session => new Date(session.cookie.expires).getTime()
    await store.set('a', make({ n: 1 }))
    const first = end(await store.get('a'))
    for (let count = 0; count < 10; count++) {
      await wait(10)
      await store.set('a', await store.get('a'))
    }
    const less = first - end(await store.get('a'))
    if (less > 1500) return `after get() and set() ten times, expires was ${less} ms earlier`
  },

  async 'EXP-24'({ store }) {
    const large = cookie => make({ text: 'x'.repeat(250_000) }, cookie)
    if (!(await ends(store))) return
    await store.set('a', large({ maxAge: LIFE }))
    const b = large({ maxAge: LIFE })
    await store.set('b', b)
    if (store.touch) await store.touch('b', large({ maxAge: HOUR }))
    inTime(b)
    await wait(END)
    if (await store.get('a')) return 'a session of 250,000 characters was given 2 s after its end'
    if (store.touch && !(await store.get('b')))
      return 'a large session that was touched ended with its old life'
  },

  async 'EXP-25'({ store }) {
    const brief = short({ n: 1 })
    for (const sid of ['destroyed', 'browser']) await store.set(sid, brief)
    await store.destroy('destroyed')
    await store.set('destroyed', make({ n: 2 }))
    await store.set('browser', make({ n: 2 }, {}))
    inTime(brief)
    await wait(END)
    for (const sid of ['destroyed', 'browser'])
      if (!(await store.get(sid))) return `${sid}: a session ended when the earlier one of its sid would have`
  },

  async 'EXP-26'({ store }) {
    if (!(await ends(store))) return
    const long = () => make({ n: 1 })
    await Promise.all(['a', 'b', 'c', 'd'].map((sid, n) => store.set(sid, n % 2 ? short({ n: 1 }) : long())))
    await wait(END)
    for (const sid of ['a', 'c'])
      if (!(await store.get(sid))) return 'a session of a minute ended, set at once with one that ends soon'
    for (const sid of ['b', 'd'])
      if (await store.get(sid)) return 'a session was given 2 s after its end, set at once with a long one'
  },

  async 'TCH-17'({ store }) {
    const at = new Date(Date.now() + LIFE)
    for (const sid of ['control', 'text', 'other']) await store.set(sid, make({ n: 1 }))
    await store.touch('control', make({ n: 1 }, { expires: at }))
    await store.touch('text', { cookie: { expires: at.toISOString(), originalMaxAge: LIFE } })
    const other = make({ n: 1 }, { expires: at })
    other.cookie.originalMaxAge = HOUR
    await store.touch('other', other)
    await wait(END)
    // Where touch() does not shorten a life, the form of the date is not to blame.
    if (await store.get('control')) return
    if (await store.get('text'))
      return 'touched with expires as an ISO text, a session was given 2 s after it'
    if (await store.get('other'))
      return 'touched with expires and a longer originalMaxAge, a session was given 2 s after its expires'
  },

  async 'TCH-18'({ store }) {
    const brief = make({ n: 1 }, { maxAge: 4000 })
    await Promise.all(SIDS.map(sid => store.set(sid, brief)))
    await Promise.all(SIDS.map(sid => store.touch(sid, make({ n: 1 }, { maxAge: HOUR }))))
    inTime(brief)
    await wait(6200)
    let lost = 0
    for (const sid of SIDS) if (!(await store.get(sid))) lost++
    if (lost > 0) return `${lost} of 60 sessions that were touched ended with their old life`
  },

  async 'TCH-19'({ store, open }) {
    const other = await open()
    const brief = short({ n: 1 })
    await store.set('a', brief)
    await store.set('b', make({ n: 1 }))
    await other.touch('a', make({ n: 1 }, { maxAge: HOUR }))
    await other.destroy('b')
    inTime(brief)
    if (await store.get('b')) return 'destroy() of another store on the same sessions left the session'
    await wait(END)
    if (!(await store.get('a')))
      return 'touch() of another store on the same sessions did not extend the session'
  },

  async 'CON-16'({ store, open }) {
    const other = await another(store, open)
    for (let n = 1; n <= 60; n++) {
      await store.set('a', make({ n }))
      await Promise.all([store.get('a'), other.get('a'), store.set('a', make({ n: -n })), other.get('a')])
      for (const one of [store, other]) {
        const got = await one.get('a')
        if (got?.n !== -n) return `get() after set() beside get() gave ${show(got)}`
      }
      await Promise.all([store.get('a'), other.get('a'), store.destroy('a'), store.get('a')])
      for (const one of [store, other])
        if (await one.get('a')) return 'the session was there after destroy() beside get()'
    }
  },

  async 'CON-17'({ store }) {
    const sids = Array.from({ length: 1200 }, () => Math.random().toString(36).slice(2).padEnd(24, 'x'))
    for (let at = 0; at < sids.length; at += 20)
      await Promise.all(sids.slice(at, at + 20).map(sid => store.set(sid, make({ sid_: sid }))))
    let lost = 0
    for (const sid of sids) if ((await store.get(sid))?.sid_ !== sid) lost++
    if (lost > 0) return `${lost} of 1,200 sessions were not there, or had the data of another one`
  },

  async 'CON-18'({ store }) {
    await store.set('a', make({ n: 1 }))
    if (store.touch) await store.touch('a', make({ n: 1 }))
    await store.set('a', make({ n: 2 }))
    for (let count = 0; count < 30; count++) {
      const got = await store.get('a')
      if (got?.n !== 2) return `some time after a second set(), get() gave ${show(got)}`
      await wait(20)
    }
  },

  async 'ENU-12'({ store }) {
    const sids = await kinds(store)
    const found = listed(await store.all())
    if (found.length !== sids.length)
      return `all() of ${sids.length} sessions of several kinds gave ${found.length}`
  },

  async 'ENU-13'({ store }) {
    const before = await store.length()
    const sids = await kinds(store)
    const grown = (await store.length()) - before
    if (grown !== sids.length) return `length() grew by ${show(grown)} when ${sids.length} sessions were set`
  },

  async 'ENU-14'({ store, open }) {
    const other = await another(store, open)
    const sids = await kinds(store)
    await other.clear()
    for (const sid of sids) if (await store.get(sid)) return `the session "${sid}" was there after clear()`
  },

  async 'ENU-15'({ store }) {
    for (const who of ['a', 'b', 'c']) await store.set(who, make({ who, user: { name: 'ada' } }))
    const [one, two] = (await Promise.all([store.all(), store.all()])).map(listed)
    if (one.length !== 3 || two.length !== 3)
      return `two all() at once gave ${one.length} and ${two.length} of 3`
    const users = new Set([...one, ...two].map(({ user }) => user))
    if (users.size < 6) return 'two all() at once gave the same object'
    if (listed(await store.all()).some(({ user }) => users.has(user)))
      return 'all() gave an object a second time'
  },

  async 'NS-08'({ store, open }) {
    const other = await open({ namespace: 'b' })
    if (!(await ends(store))) return
    const brief = short({ n: 1 })
    for (const one of [store, other]) for (const sid of ['a', 'b']) await one.set(sid, brief)
    await store.touch('a', make({ n: 1 }, { maxAge: HOUR }))
    await store.touch('b', make({ n: 1 }, { maxAge: HOUR }))
    await other.destroy('b')
    inTime(brief)
    await wait(END)
    if (!(await store.get('b'))) return 'destroy() in another namespace ended the session'
    if (await other.get('a')) return 'touch() in another namespace kept the session alive'
  },
}
