import { isDeepStrictEqual } from 'node:util'
import { listed, make, outcome, show } from './store.mjs'

const ODD = ['constructor', '__proto__', 'toString', 'a/b', 'a b', 'ümlaut', '1', 'length']

async function who(store) {
  return listed(await store.all())
    .map(session => session.who)
    .sort()
}

async function setAll(store, sids, given = sid => ({ who: sid })) {
  const taken = []
  for (const sid of sids) {
    const { error } = await outcome(store.set(sid, make(given(sid))))
    if (!error) taken.push(sid)
  }
  return taken.sort()
}

export const lists = {
  async 'ENU-01'({ store }) {
    await setAll(store, ['a', 'b', 'c'])
    const { error, value } = await outcome(store.all())
    if (error) return show(error)
    const sessions = listed(value)
    const found = sessions.map(session => session.who).sort()
    if (!isDeepStrictEqual(found, ['a', 'b', 'c']))
      return `the field who of what all() gave for three sessions was ${show(found)}`
    const bare = sessions.find(session => !session.cookie)
    if (bare) return `all() gave a session without its cookie: ${show(bare)}`
  },

  async 'ENU-02'({ store }) {
    const { error, value: before } = await outcome((async () => store.length())())
    if (error) return `length(): ${show(error)}`
    await setAll(store, ['a', 'b', 'c'])
    const after = await store.length()
    if (after - before !== 3) return `length() was ${show(before)}, and ${show(after)} after three set()`
  },

  async 'ENU-03'({ store }) {
    await setAll(store, ['a', 'b', 'c'])
    const { error } = await outcome(store.clear())
    if (error) return show(error)
    for (const sid of ['a', 'b', 'c'])
      if (await store.get(sid)) return `get("${sid}") gave a session after clear()`
  },

  async 'ENU-04'({ store }) {
    for (const count of [1, 2]) {
      const { error } = await outcome(store.clear())
      if (error) return `clear() number ${count} of an empty store: ${show(error)}`
    }
  },

  async 'ENU-05'({ store }) {
    const { error, value } = await outcome(store.all())
    if (error) return show(error)
    if (Object.keys(value ?? { missing: 1 }).length > 0) return `all() of an empty store gave ${show(value)}`
  },

  async 'ENU-06'({ store }) {
    const sids = Array.from({ length: 1500 }, (_, index) => `s${index}`)
    for (let at = 0; at < sids.length; at += 50) await setAll(store, sids.slice(at, at + 50))
    const { error, value } = await outcome(store.all())
    if (error) return show(error)
    if (listed(value).length !== 1500) return `all() of 1,500 sessions gave ${listed(value).length}`
    const count = store.length ? await store.length() : 1500
    if (count !== 1500) return `length() of 1,500 sessions was ${show(count)}`
  },

  async 'ENU-07'({ store }) {
    await store.set('a', { id: 'user-42', _id: 7, sid: 'mine', who: 'a', cookie: make({}).cookie })
    const { cookie: _one, ...fromGet } = JSON.parse(JSON.stringify(await store.get('a')))
    const { cookie: _two, ...fromAll } = JSON.parse(JSON.stringify(listed(await store.all())[0] ?? {}))
    for (const name of Object.keys(fromGet)) {
      if (fromAll[name] !== fromGet[name])
        return `${name} was ${show(fromGet[name])} in get(), ${show(fromAll[name])} in all()`
    }
  },

  async 'ENU-08'({ store }) {
    const taken = await setAll(store, ODD)
    const found = await who(store)
    const lost = taken.filter(sid => !found.includes(sid))
    if (lost.length > 0) return `all() did not give the sessions ${show(lost)}`
  },

  async 'ENU-09'({ store }) {
    await store.clear()
    await store.set('a', make({ n: 1 }))
    if ((await store.get('a'))?.n !== 1) return 'after clear(), a session that was set was not found'
  },

  async 'ENU-10'({ store, open }) {
    const other = await open()
    await store.set('a', make({ n: 1 }))
    await other.get('a')
    await store.clear()
    if (await other.get('a')) return 'another store on the same sessions still had the session after clear()'
  },

  async 'ENU-11'({ store }) {
    const sids = Array.from({ length: 100 }, (_, index) => `s${index}`)
    for (let round = 0; round < 5; round++) {
      await setAll(store, sids)
      const gone = Promise.all(sids.map(sid => store.destroy(sid)))
      const { error, value } = await outcome(store.all())
      await gone
      if (error) return `all() beside destroy(): ${show(error)}`
      if (listed(value).some(session => !session?.who))
        return `all() beside destroy() had an entry without a session`
    }
  },

  async 'NS-01'({ store, open }) {
    const other = await open({ namespace: 'b' })
    await store.set('x', make({ n: 1 }))
    if (await other.get('x')) return 'a store of another namespace found the session'
  },

  async 'NS-02'({ store, open }) {
    const other = await open({ namespace: 'b' })
    await other.set('x', make({ n: 1 }))
    await store.clear()
    if (!(await other.get('x'))) return 'clear() removed a session of another namespace'
  },

  async 'NS-03'({ store, open }) {
    const other = await open({ namespace: 'b' })
    await other.set('x', make({ who: 'other' }))
    await store.set('x', make({ who: 'own' }))
    if (store.all && (await who(store)).includes('other')) return 'all() gave a session of another namespace'
    if (store.length) {
      const count = await store.length()
      if (count !== 1) return `length() of one session beside another namespace was ${show(count)}`
    }
  },

  async 'NS-05'({ open }) {
    const pattern = await open({ namespace: 'p[1]*?' })
    const plain = await open({ namespace: 'p1xy' })
    await pattern.set('x', make({ who: 'pattern' }))
    await plain.set('x', make({ who: 'plain' }))
    if (pattern.all) {
      const found = await who(pattern)
      if (!isDeepStrictEqual(found, ['pattern'])) return `all() under the prefix p[1]*? gave ${show(found)}`
    }
    if (pattern.clear) {
      const unlike = await open({ namespace: 'unlike' })
      await unlike.set('x', make({ who: 'unlike' }))
      await pattern.clear()
      // Where clear() removes everything, the pattern is not to blame.
      if (!(await unlike.get('x'))) return
      if (!(await plain.get('x'))) return 'clear() under the prefix p[1]*? removed a session under p1xy'
      if (await pattern.get('x')) return 'clear() under the prefix p[1]*? left its own session'
    }
  },

  async 'NS-07'({ open }) {
    const opened = await Promise.all(['m', 'n'].map(namespace => outcome(open({ namespace }))))
    const results = await Promise.all(
      opened.map(({ error, value }) => (error ? { error } : outcome(value.set('a', make({ n: 1 }))))),
    )
    const { error } = results.find(result => result.error) ?? {}
    if (error) return `two stores that were set up side by side: ${show(error)}`
  },

  async 'DEL-01'({ store }) {
    await store.set('a', make({ n: 1 }))
    await store.destroy('a')
    if (await store.get('a')) return 'the session was there after destroy() had called back'
  },

  async 'DEL-02'({ store }) {
    const { error } = await outcome(
      new Promise((done, fail) => store.raw.destroy('nobody', e => (e ? fail(e) : done()))),
    )
    if (error) return `destroy() of an unknown sid: ${show(error)}`
  },

  async 'DEL-03'({ store }) {
    await setAll(store, ['a', 'b'])
    await outcome(store.destroy('nobody'))
    for (const sid of ['a', 'b'])
      if (!(await store.get(sid))) return `destroy() of an unknown sid removed "${sid}"`
  },

  async 'DEL-04'({ store }) {
    for (let round = 0; round < 100; round++) {
      const saved = outcome(store.set('a', make({ n: round })))
      await saved
      await store.destroy('a')
      if (await store.get('a'))
        return `after set() and destroy() the session was there, in round ${round + 1}`
    }
  },

  async 'DEL-05'({ store }) {
    await store.set('a', make({ n: 1 }))
    await store.destroy('a')
    await outcome(store.set('a', make({ n: 2 })))
    if ((await store.get('a'))?.n !== 2) return 'a destroyed sid could not be set again'
  },

  async 'DEL-06'({ store }) {
    await setAll(store, ['a', 'b', 'c'])
    for (const sid of ['a', 'a', 'nobody']) await outcome(store.destroy(sid))
    const count = await store.length()
    if (count !== 2) return `length() after one of three sessions was destroyed, twice, was ${show(count)}`
  },

  async 'DEL-07'({ store, open }) {
    const other = await open()
    await store.set('a', make({ n: 1 }))
    const { error } = await outcome(other.get('a'))
    if (error) return `get() of another store on the same sessions: ${show(error)}`
    await store.destroy('a')
    if (await other.get('a'))
      return 'another store on the same sessions still had the session after destroy()'
  },

  async 'DEL-08'({ store }) {
    await setAll(store, ['a', 'b'])
    await store.destroy('a')
    if ((await who(store)).includes('a')) return 'all() gave a session that was destroyed'
  },
}
