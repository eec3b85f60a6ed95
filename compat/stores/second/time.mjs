import { ended, listed, make, outcome, show, wait } from './store.mjs'

const HOUR = 3_600_000
// A second for stores that count whole seconds, and one for a busy machine.
const LIFE = 1000
const END = LIFE + 2200

const short = data => make(data, { maxAge: LIFE })
const plain = (data, cookie) => ({ ...data, cookie })
/** Whether a session ends here at all. Where none does, a rule about one way of ending says nothing. */
const ends = async store => !(await store.get('control'))

/** A call on fifty ended sessions, each beside a set() of its sid. */
function besideSet(name, act) {
  return async ({ store }) => {
    const sids = Array.from({ length: 50 }, (_, index) => `s${index}`)
    for (const sid of sids) await store.set(sid, short({ n: 1 }))
    await wait(END)
    const calls = sids.flatMap(sid => [store.set(sid, make({ n: 2 })), act(store, sid)])
    const { error } = (await Promise.all(calls.map(outcome))).find(result => result.error) ?? {}
    if (error) return `set() beside ${name}: ${show(error)}`
    let lost = 0
    for (const sid of sids) if ((await store.get(sid))?.n !== 2) lost++
    if (lost > 0) return `set() beside ${name} was lost in ${lost} of ${sids.length} rounds`
  }
}

export const time = {
  async 'EXP-01'({ store }) {
    const life = 2500
    const early = await Promise.all(
      Array.from({ length: 10 }, async (_, phase) => {
        await wait(phase * 100)
        const session = make({ n: 1 }, { maxAge: life })
        await store.set(`a${phase}`, session)
        await wait(life - 200)
        const gone = !(await store.get(`a${phase}`))
        return gone && Date.now() < session.cookie.expires.getTime()
      }),
    )
    const count = early.filter(Boolean).length
    if (count > 0) return `${count} of 10 sessions were gone 200 ms before their end`
  },

  async 'EXP-02'({ store }) {
    await store.set('a', short({ n: 1 }))
    await wait(END)
    const got = await store.get('a')
    if (got) return `get() 2 s after the end gave ${show(got)}`
  },

  async 'EXP-03'({ store }) {
    const early = make({ n: 1 }, { expires: new Date(Date.now() + LIFE) })
    early.cookie.originalMaxAge = HOUR
    const late = make({ n: 2 }, { expires: new Date(Date.now() + HOUR) })
    late.cookie.originalMaxAge = LIFE
    await store.set('control', short({ n: 0 }))
    await store.set('early', early)
    await store.set('late', late)
    await wait(END)
    if (!(await ends(store))) return
    if (await store.get('early')) return 'a session outlived its expires, within its originalMaxAge'
    if (!(await store.get('late'))) return 'a session ended before its expires, after its originalMaxAge'
  },

  async 'EXP-04'({ store }) {
    await store.set('a', make({ n: 1 }, { maxAge: 4 }))
    await wait(2100)
    const there = await store.get('a')
    await wait(3500)
    if (there && !(await store.get('a')))
      return 'a maxAge of 4 ended after more than 2 and less than 6 seconds'
  },

  async 'EXP-05'({ store }) {
    const end = new Date(Date.now() + LIFE)
    const far = new Date(Date.now() + HOUR)
    await store.set('control', short({ n: 0 }))
    await store.set('date', plain({ n: 1 }, { expires: end }))
    await store.set('text', plain({ n: 2 }, { expires: end.toISOString() }))
    await store.set('farDate', plain({ n: 3 }, { expires: far }))
    await store.set('farText', plain({ n: 4 }, { expires: far.toISOString() }))
    for (const sid of ['farDate', 'farText']) {
      if (!(await store.get(sid))) return `${sid}: a plain session with an hour to live was not found`
    }
    await wait(END)
    if (!(await ends(store))) return
    for (const sid of ['date', 'text']) {
      if (await store.get(sid)) return `a plain session with expires as a ${sid} was given 2 s after its end`
    }
    for (const sid of ['farDate', 'farText']) {
      if (!(await store.get(sid))) return `${sid}: a plain session ended an hour early`
    }
  },

  async 'EXP-06'({ store }) {
    await store.set('a', make({ n: 1 }, {}))
    await wait(2500)
    if (!(await store.get('a'))) return 'a session without expires was gone after 2.5 s'
  },

  async 'EXP-08'({ store }) {
    const { error } = await outcome(store.set('a', ended({ n: 1 })))
    if (error) return `set() of an ended session: ${show(error)}`
    const got = await store.get('a')
    if (got) return `get() of a session set 5 s after its end gave ${show(got)}`
  },

  async 'EXP-09'({ store }) {
    await store.set('a', make({ n: 1 }))
    await outcome(store.set('a', ended({ n: 2 })))
    const got = await store.get('a')
    if (got) return `get() after set() with an end in the past gave ${show(got)}`
  },

  async 'EXP-11'({ store }) {
    for (const days of [25, 31, 366 * 20]) {
      const { error } = await outcome(store.set('a', make({ n: 1 }, { maxAge: days * 24 * HOUR })))
      if (error) return `set() of a session of ${days} days: ${show(error)}`
      await wait(1500)
      if (!(await store.get('a'))) return `a session of ${days} days was gone after 1.5 s`
    }
  },

  async 'EXP-13'({ store }) {
    for (const maxAge of [60_000.5, 1500.25, 0.5]) {
      const { error } = await outcome(store.set('a', make({ n: 1 }, { maxAge })))
      if (error) return `set() with a maxAge of ${maxAge}: ${show(error)}`
    }
  },

  async 'EXP-14'({ store }) {
    await store.set('control', short({ n: 0 }))
    await store.set('shorter', make({ n: 1 }))
    await store.set('longer', short({ n: 1 }))
    await store.set('shorter', short({ n: 2 }))
    await store.set('longer', make({ n: 2 }))
    await wait(END)
    if (!(await ends(store))) return
    if (await store.get('shorter')) return 'a session that was overwritten with a shorter life went on'
    if (!(await store.get('longer'))) return 'a session that was overwritten with a longer life ended'
  },

  async 'EXP-15'({ store }) {
    await store.set('a', short({ who: 'ended' }))
    await store.set('b', make({ who: 'live' }))
    await wait(END)
    const { length } = listed(await store.all())
    if (length > 1) return `all() 2 s after the end of one of two sessions gave ${length}`
  },

  async 'EXP-17'({ store }) {
    await store.set('a', short({ n: 1 }))
    await wait(END)
    await outcome(store.set('a', make({ n: 2 })))
    if ((await store.get('a'))?.n !== 2) return 'the sid of an ended session could not be set again'
  },

  async 'EXP-18'({ store }) {
    const inZone = async (zone, work) => {
      process.env.TZ = zone
      const result = await work()
      delete process.env.TZ
      return result
    }
    await store.set('control', ended({ n: 0 }))
    if (!(await ends(store))) return
    for (const [east, west] of [
      ['Pacific/Kiritimati', 'Pacific/Pago_Pago'],
      ['Pacific/Pago_Pago', 'Pacific/Kiritimati'],
    ]) {
      await inZone(east, () => store.set('live', make({ n: 1 })))
      await inZone(east, () => outcome(store.set('ended', ended({ n: 1 }))))
      if (!(await inZone(west, () => store.get('live')))) return `written in ${east}, ended in ${west}`
      if (await inZone(west, () => store.get('ended'))) return `ended in ${east}, live again in ${west}`
    }
  },

  async 'EXP-21'({ open }) {
    const store = await open({ ttlMs: LIFE })
    await store.set('a', make({ n: 1 }, { maxAge: HOUR }))
    await wait(END)
    if (!(await store.get('a'))) return 'a session of an hour ended with the default lifetime of a second'
  },

  async 'TCH-01'({ store }) {
    await store.set('a', short({ n: 1 }))
    await store.touch('a', make({ n: 1 }, { maxAge: HOUR }))
    await wait(END)
    if (!(await store.get('a'))) return 'a session that was touched for an hour ended with its old life'
  },

  async 'TCH-02'({ store }) {
    await store.set('a', make({ n: 1 }))
    await store.touch('a', make({ n: 2 }))
    const got = await store.get('a')
    if (got?.n === 2) return 'get() gave the data of the session that touch() was called with'
  },

  async 'TCH-03'({ store }) {
    await store.set('a', make({ n: 1 }))
    await store.destroy('a')
    await outcome(store.touch('a', make({ n: 1 })))
    const got = await store.get('a')
    if (got) return `get() after destroy() and touch() gave ${show(got)}`
  },

  async 'TCH-04'({ store }) {
    const { error } = await outcome(
      new Promise((done, fail) => store.raw.touch('nobody', make({ n: 1 }), e => (e ? fail(e) : done()))),
    )
    if (error) return `touch() of an unknown sid: ${show(error)}`
    const got = await store.get('nobody')
    if (got) return `get() after touch() of an unknown sid gave ${show(got)}`
  },

  async 'TCH-05'({ store }) {
    await store.set('control', short({ n: 0 }))
    await store.set('a', short({ n: 1 }))
    await wait(END)
    if (!(await ends(store))) return
    await outcome(store.touch('a', make({ n: 1 }, { maxAge: HOUR })))
    const got = await store.get('a')
    if (got) return `get() of an ended session after touch() gave ${show(got)}`
  },

  async 'TCH-08'({ store }) {
    await store.set('a', make({ n: 1 }))
    await store.touch('a', make({ n: 1 }, {}))
    if (!(await store.get('a'))) return 'touch() with a cookie without an end removed the session'
  },

  async 'TCH-10'({ store }) {
    await store.set('a', make({ n: 1 }))
    const { error } = await outcome(store.touch('a', { cookie: make({}).cookie }))
    if (error) return `touch() with { cookie }: ${show(error)}`
    const got = await store.get('a')
    if (got?.n !== 1) return `get() after touch() with { cookie } gave ${show(got)}`
  },

  async 'TCH-11'({ store }) {
    for (const sid of ['a', 'ab', 'control']) await store.set(sid, short({ n: 1 }))
    await store.touch('a', make({ n: 1 }, { maxAge: HOUR }))
    await wait(END)
    if ((await ends(store)) && (await store.get('ab'))) return 'touch("a") kept "ab" alive'
  },

  'EXP-22': besideSet('get() of an ended session', (store, sid) => store.get(sid)),
  'TCH-16': besideSet('touch() of an ended session', (store, sid) => store.touch(sid, make({ n: 0 }))),

  async 'TCH-15'({ store, open }) {
    const other = await open()
    await store.set('a', short({ n: 1 }))
    await store.touch('a', make({ n: 1 }, { maxAge: HOUR }))
    await wait(END)
    if (!(await other.get('a'))) return 'another store on the same sessions did not see the touch()'
  },
}
