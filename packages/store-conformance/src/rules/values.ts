import { textOf } from '../errors.ts'
import { show } from '../values/show.ts'
import type { RuleText } from './rule.ts'

/** Rules on values that JSON treats specially. */
export const oddValues: readonly RuleText[] = [
  {
    id: 'RT-22',
    axes: [],
    since: '1.1',
    level: 'SHOULD',
    sentence: 'A value with toJSON() is stored as that gives it.',
    why: 'Amounts, dates and ids of libraries are objects with toJSON(): their inner fields come back in place of the value.',
    check: 'is the session cloned, or serialised by something else than JSON.stringify?',
    seenIn: 'stores that clone objects field by field',
    link: 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/JSON/stringify#tojson_behavior',
    async run(t) {
      const store = await t.open()
      const money = (amount: number) => ({ inner: { cents: amount * 100 }, toJSON: () => `${amount} EUR` })
      await store.set('a', t.session({ price: money(5), list: [money(7)], deep: { price: money(9) } }))
      const want = { price: '5 EUR', list: ['7 EUR'], deep: { price: '9 EUR' } }
      await t.holds(store, 'a', want, 'after set() of values with toJSON()')
    },
  },
  {
    id: 'RT-23',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence: 'A field called __proto__ is data or left out; it never becomes the prototype of anything.',
    why: 'An app that saves what a form sent gives its sender the field isAdmin, in this session or in all of them.',
    check: 'are fields copied by assignment (target[key] = value) or merged deeply?',
    seenIn: 'deep merges of defaults with what was stored',
    link: 'https://developer.mozilla.org/en-US/docs/Web/Security/Attacks/Prototype_pollution',
    async run(t) {
      const store = await t.open()
      const data = JSON.parse(
        '{"n":1,"__proto__":{"isAdmin":true},"deep":{"__proto__":{"isAdmin":true},"n":2}}',
      )
      const outcome = await store.outcome('set', ['a', t.session(data)])
      if (t.refused(outcome)) return
      const got = await store.get('a')
      t.equal(got?.n, 1, 'n of a session with a field called __proto__')
      t.equal(got?.deep?.n, 2, 'deep.n of a session with a field called __proto__')
      t.equal(got?.isAdmin, undefined, 'isAdmin, which only a field called __proto__ has,')
      t.equal(got?.deep?.isAdmin, undefined, 'deep.isAdmin, which only a field called __proto__ has,')
      t.equal(({} as { isAdmin?: unknown }).isAdmin, undefined, 'isAdmin of a new object')
    },
  },
  {
    id: 'RT-24',
    axes: [],
    since: '1.1',
    level: 'SHOULD',
    sentence: 'Fields of the cookie that the store does not know come back as they are.',
    why: 'Middleware keeps notes there: with them gone, a request with the old id of a rotated session is logged out.',
    check: 'is the cookie stored as its toJSON() gives it, or built anew from the fields of today?',
    seenIn: 'stores with a column or a field for each attribute of the cookie',
    link: 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie',
    async run(t) {
      const store = await t.open()
      const note = { to: 'b', until: 4_102_444_800_000 }
      const session = t.session({ n: 1 })
      Object.assign(session.cookie, { 'app.note': note })
      await store.set('a', session)
      const got = await t.holds(store, 'a', { n: 1 }, 'after set() of a cookie with a field of the app')
      t.deepEqual(got.cookie?.['app.note'], note, 'a field of the cookie that the store does not know')
    },
  },
]

export const refusedSids: RuleText = {
  id: 'SID-16',
  axes: [],
  since: '1.1',
  level: 'SHOULD',
  sentence: 'The error of a sid that is refused comes through the callback or promise, not as a throw.',
  why: 'A sid comes from a cookie: an exception in a timer or socket handler, where nobody expects one, ends the process.',
  check: 'is the sid checked in the async part of the method?',
  seenIn: 'Buffer.byteLength(sid) outside of any try',
  link: 'https://blog.izs.me/2013/08/designing-apis-for-asynchrony/',
  async run(t) {
    const store = await t.open()
    const odd: unknown[] = ['', 'x'.repeat(5000), 'a\u0000b', '\ud800', 7, null, undefined, {}, Symbol('sid')]
    for (const sid of odd) {
      for (const method of ['get', 'set', 'touch', 'destroy']) {
        if (typeof store.store[method] !== 'function') continue
        const args = method === 'set' || method === 'touch' ? [sid, t.session()] : [sid]
        const { threw, error } = await store.outcome(method, args, { mayHang: true, deadlineMs: 500 })
        t.ok(!threw, `${method}(${typeof sid === 'symbol' ? 'a symbol' : show(sid)}) threw ${textOf(error)}`)
      }
    }
  },
}

export const sidsOfAnotherType: RuleText = {
  id: 'SID-17',
  axes: [],
  since: '1.1',
  level: 'MUST',
  sentence: 'A sid that is not a string is refused with a TypeError, through the callback or promise.',
  why: 'The number 7 finds the session "7" in one store and none in another: moving to another store changes what an app does.',
  check: 'is typeof sid looked at before the sid becomes a key, by every method?',
  seenIn: 'stores that put the sid into a template string, or hand it to the driver as it is',
  link: 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/TypeError',
  needs: ['recordStore'],
  async run(t) {
    const store = await t.open()
    await store.set('7', t.session({ n: 1 }))
    for (const odd of [7, null, undefined, true, {}, ['7'], new String('7'), Buffer.from('7')]) {
      for (const method of ['get', 'set', 'touch', 'destroy', 'insert', 'update', 'exchange']) {
        if (typeof store.store[method] !== 'function') continue
        const { threw, failed, error } = await store.outcome(method, argumentsOf(method, odd, t.session()))
        const call = `${method}(${show(odd)})`
        t.ok(!threw, `${call} threw ${textOf(error)}, want a TypeError through the callback or promise`)
        t.ok(failed, `${call} gave no error, want a TypeError`)
        t.ok(error instanceof TypeError, `${call} failed with ${textOf(error)}, want a TypeError`)
      }
    }
    await t.holds(store, '7', { n: 1 }, 'after calls with sids that are no strings')
  },
}

function argumentsOf(method: string, sid: unknown, session: object): unknown[] {
  if (method === 'exchange') return [sid, 'new', session, {}]
  if (method === 'update') return [sid, () => {}]
  return method === 'get' || method === 'destroy' ? [sid] : [sid, session]
}
