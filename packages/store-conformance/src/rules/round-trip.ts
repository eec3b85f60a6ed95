import { farValues } from './far-values.ts'
import { lookAlikes } from './look-alikes.ts'
import { roundTripSession } from './round-trip-session.ts'
import { family, type Rule } from './rule.ts'
import { kept, keptOrRefused } from './support/kept.ts'
import { oddValues } from './values.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'
const json = 'https://www.rfc-editor.org/rfc/rfc8259'

/** Control characters from `first` to `last`. */
function controls(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, index) => String.fromCharCode(first + index)).join('')
}

const values: readonly Rule[] = family('round trip', [
  {
    id: 'RT-01',
    axes: [],
    level: 'MUST',
    sentence: 'Plain JSON data comes back deep-equal, types kept.',
    why: 'What a page put into the session is not there, or is something else, on the next page.',
    check: 'is the whole session serialised, and parsed back with the same format?',
    seenIn: 'serialisers that leave fields out',
    link: manual,
    async run(t) {
      const store = await t.open()
      const address = { street: 'Main Street', number: 12, lines: ['1', '2'] }
      const data = {
        user: { name: 'Ada', roles: ['admin', 'author'], address: { street: null, number: 12 } },
        cart: [{ sku: 'A-1', amount: 2, price: 9.5 }],
        views: 3,
        verified: true,
        referrer: null,
        // The same object twice is not a circular reference.
        billing: address,
        shipping: address,
      }
      await kept(t, store, 'a', data, 'plain data')
    },
  },
  {
    id: 'RT-02',
    axes: [],
    level: 'MUST',
    sentence: 'All of Unicode survives, in values and in names.',
    why: 'A user whose name has an emoji in it is logged out by it: the session is cut there and cannot be parsed.',
    check:
      'do table, column and connection use real UTF-8 (in MySQL utf8mb4)? Does a file or buffer name its encoding?',
    seenIn: 'express-mysql-session on utf8mb3 tables',
    link: 'https://github.com/chill117/express-mysql-session/issues/49',
    async run(t) {
      const store = await t.open()
      const data = {
        latin: 'Zoë Müller, façade, Łódź',
        scripts: 'Ελληνικά русский עברית العربية हिन्दी ไทย 日本語 한국어',
        emoji: '🦕 👩‍👩‍👧 🏳️‍🌈 🇺🇳',
        astral: '𝒳 𠜎 \u{10ffff}',
        combining: 'e\u0301 and \u00e9, \u1100\u1161 and \uac00',
        marks: '\u200e\u200f\u202e\u2066bidi\u2069 zero\u200bwidth soft\u00adhyphen',
        bom: '\ufeffstart, mid\ufeffdle',
        lines: 'line\u2028paragraph\u2029end\u0085',
        noncharacters: '\ufffd\ufffe\uffff',
        été: { 名前: 1, '🦕': 2 },
      }
      for (const [index, [name, value]] of Object.entries(data).entries()) {
        await kept(t, store, `s${index}`, { [name]: value }, `Unicode (${name})`)
      }
    },
  },
  {
    id: 'RT-03',
    axes: [],
    level: 'MUST',
    sentence: 'Control characters, NUL included, are kept or refused; never altered in silence.',
    why: 'Tokens and signatures that hold any byte no longer match after a page load, and nobody sees why.',
    check:
      'does a column, an encoder or a sanitiser drop or replace such characters? Refuse them with an error.',
    seenIn: 'Postgres json columns refuse U+0000; code that strips it to please them',
    link: 'https://www.postgresql.org/docs/current/datatype-json.html',
    async run(t) {
      const store = await t.open()
      await keptOrRefused(t, store, 'a', { text: 'nul\u0000inside\u0000' }, 'a text with NUL')
      await keptOrRefused(t, store, 'b', { 'nul\u0000name': 1 }, 'a name with NUL')
      await keptOrRefused(t, store, 'c', { text: controls(1, 31) }, 'the control characters 1 to 31')
      await keptOrRefused(t, store, 'd', { text: controls(127, 159) }, 'the control characters 127 to 159')
    },
  },
  {
    id: 'RT-04',
    axes: [],
    level: 'MUST',
    sentence: 'Lone surrogates are kept or refused; never replaced in silence.',
    why: 'A text that was cut in the middle of an emoji changes when it is saved: comparisons and checksums of it fail.',
    check:
      'is text encoded as UTF-8 without an escape for lone surrogates? JSON.stringify escapes them; other encoders write U+FFFD.',
    seenIn: 'binary serialisers that write strings with Buffer.from(text)',
    link: 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/JSON/stringify',
    async run(t) {
      const store = await t.open()
      await keptOrRefused(t, store, 'a', { text: 'cut \ud83e' }, 'a text that ends with half a pair')
      await keptOrRefused(t, store, 'b', { text: '\udd95 rest' }, 'a text that begins with half a pair')
      await keptOrRefused(t, store, 'c', { text: '\udd95\ud83e' }, 'a pair in the wrong order')
    },
  },
  {
    id: 'RT-05',
    axes: [],
    level: 'MUST',
    sentence: 'Numbers keep their value and their type.',
    why: 'Ids of users and of orders turn into other ids, amounts lose cents.',
    check: 'is data kept in typed columns (INT, FLOAT, DECIMAL that a driver gives back as text)?',
    seenIn: 'stores that spread fields over columns of 32 bits',
    link: json,
    async run(t) {
      const store = await t.open()
      const data = {
        zero: 0,
        negative: -1,
        past32: 2 ** 32 + 1,
        past31: -(2 ** 31) - 1,
        safe: Number.MAX_SAFE_INTEGER,
        least: Number.MIN_SAFE_INTEGER,
        tenth: 0.1,
        cents: 1234567.89,
        large: 1e21,
        small: 1.5e-7,
      }
      await kept(t, store, 'a', data, 'numbers')
      const extremes = { tiny: 5e-324, huge: Number.MAX_VALUE }
      await keptOrRefused(t, store, 'b', extremes, 'the least and the greatest number')
    },
  },
  {
    id: 'RT-06',
    axes: [],
    level: 'MUST',
    sentence: 'null, the empty text, 0 and false stay distinct and present.',
    why: 'Code that asks whether a field is there, or is exactly false, decides otherwise after the next page load.',
    check: 'is there an if (value) in the serialiser, or a database that takes an empty text for null?',
    seenIn: 'Oracle and old DynamoDB mappings: "" becomes null',
    link: json,
    async run(t) {
      const data = { nothing: null, text: '', zero: 0, no: false, list: [null, '', 0, false] }
      await kept(t, await t.open(), 'a', { ...data, nested: { ...data } }, 'empty values')
    },
  },
  {
    id: 'RT-07',
    axes: [],
    level: 'MUST',
    sentence: 'Empty objects and arrays are kept and stay distinct.',
    why: 'session.cart.push() throws when the empty cart came back as an object, or not at all.',
    check:
      'does a backend or a script in it re-encode the data (cjson in Redis scripts, form encoding, Firestore)?',
    seenIn: 'Lua’s cjson in Redis turns [] into {}',
    link: 'https://redis.io/docs/latest/develop/programmability/lua-api/',
    async run(t) {
      const data = { cart: [], filters: {}, nested: { list: [[], {}], map: { list: [], map: {} } } }
      await kept(t, await t.open(), 'a', data, 'empty objects and arrays')
    },
  },
  {
    id: 'RT-08',
    axes: [],
    level: 'MUST',
    sentence: 'The order, the length and the nesting of arrays are kept.',
    why: 'A cart changes its order, a wizard its steps.',
    check: 'are arrays stored as sets, as rows, or as objects with numbers as names?',
    seenIn: 'Firebase gives sparse or nested arrays back as objects',
    link: json,
    async run(t) {
      const data = {
        order: [3, 1, 2, 10, 1],
        mixed: [1, 'one', null, [2, ['two', [3]]], { n: [4] }],
        holes: [null, null, 1, null],
        one: ['only'],
        long: Array.from({ length: 300 }, (_, index) => 300 - index),
      }
      await kept(t, await t.open(), 'a', data, 'arrays')
    },
  },
  {
    id: 'RT-09',
    axes: [],
    level: 'MUST',
    sentence: 'Strings that look like dates, numbers, JSON or literals stay strings.',
    why: 'A phone number loses its leading zero, and text.startsWith() throws because a text has become a Date.',
    check: 'is there a reviver, or a library that parses everything that looks parsable?',
    seenIn: 'key-value layers that parse values on their own (destr), date revivers',
    link: 'https://github.com/unjs/destr',
    async run(t) {
      const data = {
        date: '2024-02-29T12:34:56.789Z',
        day: '2024-02-29',
        jsonDate: '/Date(1709210096789)/',
        phone: '0123',
        id: '12345678901234567890',
        float: '1e3',
        hex: '0x10',
        yes: 'true',
        none: 'null',
        never: 'undefined',
        nan: 'NaN',
        object: '{"a":1}',
        list: '[1,2]',
        quoted: '"quoted"',
        base64: 'SGVsbG8=',
        tag: '$date',
        lines: 'one\r\ntwo\rthree\n',
        blanks: ' \t blanks at both ends \n ',
        url: '%41%20b+c%2F',
        html: '</script><b title="a">&amp;</b>',
        signs: "$& $1 $$ $` $' %s %d ? :name @name {0} \\n \\' --",
      }
      await kept(t, await t.open(), 'a', data, 'strings that look like something else')
    },
  },
  {
    id: 'RT-10',
    axes: [],
    level: 'MUST',
    sentence: 'Names with dots and dollar signs, and the empty name, survive.',
    why: 'A session that holds a map by host name or by e-mail address cannot be saved any more: the user is logged out.',
    check: 'is the session stored as a document of the database? Serialise it to one text field.',
    seenIn: 'MongoDB documents: koa-generic-session-mongo',
    link: 'https://github.com/koajs/generic-session/issues/34',
    async run(t) {
      const data = {
        'a.b': 1,
        $set: { n: 2 },
        byHost: { 'www.example.com': 1, $inc: { n: 1 }, '.': 2, '': 3, 'a[0].b': 4, $where: 'text', '0': 5 },
      }
      await kept(t, await t.open(), 'a', data, 'names with dots and dollar signs')
    },
  },
  {
    id: 'RT-11',
    axes: [],
    level: 'MUST',
    sentence:
      '__proto__, constructor and toJSON are names like others: they survive and change no prototype.',
    why: 'Data from a request body is put into sessions: it would change every object in the process (prototype pollution).',
    check: 'are objects copied or merged with target[key] = value? JSON.parse and structuredClone are safe.',
    seenIn: 'session-memory-store; deep merges',
    link: 'https://developer.mozilla.org/en-US/docs/Web/Security/Attacks/Prototype_pollution',
    async run(t) {
      const names =
        '"constructor": {"prototype": {"polluted": true}}, "toJSON": "text", "hasOwnProperty": 1, "then": 2'
      const data = JSON.parse(`{"body": {"__proto__": {"polluted": true}, ${names}}, ${names}}`) as object
      const prototype = Object.prototype as { polluted?: unknown }
      try {
        const store = await t.open()
        await store.set('a', t.session(data))
        const got = await store.get('a')
        t.equal(prototype.polluted, undefined, '({}).polluted after set() and get() of {"__proto__": …}')
        t.same(got, data, 'get("a") after set() of the names __proto__, constructor and toJSON')
      } finally {
        delete prototype.polluted
      }
    },
  },
])

export const roundTrip: readonly Rule[] = [
  ...values,
  ...roundTripSession,
  ...family('round trip', [...oddValues, ...farValues, ...lookAlikes]),
].sort((a, b) => a.id.localeCompare(b.id))
