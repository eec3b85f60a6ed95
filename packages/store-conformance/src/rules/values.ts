import { textOf } from '../errors.ts'
import { show } from '../values/show.ts'
import type { RuleText } from './rule.ts'

/** Rules on values that JSON treats in a way of its own. */
export const oddValues: readonly RuleText[] = [
  {
    id: 'RT-22',
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
]

export const refusedSids: RuleText = {
  id: 'SID-16',
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
