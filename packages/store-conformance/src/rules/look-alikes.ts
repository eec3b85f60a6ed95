import type { RuleText } from './rule.ts'
import { kept } from './support/kept.ts'

/** Rules on objects and names that a store may take for something else. */
export const lookAlikes: readonly RuleText[] = [
  {
    id: 'RT-27',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence: 'An object that looks like a list, a Buffer or a typed value stays an object.',
    why: 'Data of a form or an API comes back as another type, and the code that reads it throws.',
    check: 'is there a reviver, an array-like conversion or a format with marks such as $date in the way?',
    seenIn: 'PHP and Lua arrays; extended JSON of MongoDB; revivers of Buffers',
    link: 'https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/',
    async run(t) {
      const store = await t.open()
      const data = {
        byNumber: { '0': 'a', '1': 'b' },
        fromOne: { '1': 'a', '2': 'b' },
        ruler: { length: 3 },
        bytes: { type: 'Buffer', data: [1, 2] },
        at: { $date: '2024-02-29T12:34:56.789Z' },
        oid: { $oid: '65e0a0a0a0a0a0a0a0a0a0a0' },
        long: { $numberLong: '5' },
        typed: { __type: 'Date', value: '2024-02-29' },
        json: { json: {}, meta: { values: { at: ['Date'] } } },
      }
      for (const [name, value] of Object.entries(data))
        await kept(
          t,
          store,
          name,
          { [name]: value, list: [value] },
          `an object that looks like another type (${name})`,
        )
    },
  },
  {
    id: 'RT-28',
    axes: [],
    since: '1.1',
    level: 'MUST',
    sentence:
      'Names keep their case, blanks and underscores, and cookie or expires is an ordinary name in the data.',
    why: 'One of two fields is lost, or a text of the app comes back as a Date, and only with this store.',
    check:
      'does code look for a field name at every depth (a reviver, a filter), or change the case of names?',
    seenIn: 'JSON.parse(text, (key, value) => key === "expires" ? new Date(value) : value)',
    link: 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/JSON/parse',
    async run(t) {
      const store = await t.open()
      const at = '2024-02-29T12:34:56.789Z'
      const inner = {
        cookie: { expires: at, originalMaxAge: 5 },
        expires: at,
        _expires: at,
        createdAt: at,
        session: { sid: 'x' },
      }
      const names = {
        Name: 1,
        name: 2,
        NAME: 3,
        ' name': 4,
        'name ': 5,
        _private: 6,
        __v: 7,
        'a-b': 8,
        a_b: 9,
        aB: 10,
      }
      await kept(t, store, 'inner', { deep: inner, list: [inner] }, 'inner fields called cookie and expires')
      await kept(t, store, 'names', { ...names, deep: names }, 'names that are almost the same')
    },
  },
]
