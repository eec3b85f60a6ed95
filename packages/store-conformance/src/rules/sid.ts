import * as fc from 'fast-check'
import { Failure } from '../errors.ts'
import { show } from '../values/show.ts'
import { family, type Rule } from './rule.ts'
import { noSids } from './sid-none.ts'
import { allApart, asKeysOfAMap, findsNothing, taken } from './support/apart.ts'
import { anyCharacter } from './support/characters.ts'
import { refusedSids, sidsOfAnotherType } from './values.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'
const patterns = 'https://www.postgresql.org/docs/current/functions-matching.html'

const rules: readonly Rule[] = family('session ids', [
  {
    id: 'SID-01',
    axes: [],
    level: 'MUST',
    sentence: 'Sids that differ in case or in accents are different.',
    why: 'Two users can get the same session, and guessing a sid becomes thousands of times easier.',
    check: 'does the column compare in binary? Default collations of MySQL and SQL Server (_ci, _ai) do not.',
    seenIn: 'MySQL tables with the default collation',
    link: 'https://github.com/alexedwards/scs/issues/226',
    run: t =>
      allApart(t, [
        ['AbC', 'abc', 'ABC'],
        ['É', 'é', 'e', 'E'],
        ['resume', 'résumé'],
        ['deadbeefdeadbeef', 'DEADBEEFDEADBEEF'],
      ]),
  },
  {
    id: 'SID-02',
    axes: [],
    level: 'MUST',
    sentence: 'Leading and trailing blanks are part of a sid.',
    why: 'A sid that nobody was given finds the session of somebody.',
    check: 'is there a trim(), or a column that pads with blanks (CHAR, PAD SPACE collations)?',
    seenIn: 'MySQL collations with PAD SPACE',
    link: 'https://dev.mysql.com/doc/refman/8.4/en/char.html',
    run: t => allApart(t, [['a', 'a ', ' a', 'a\t', 'a\n', '\ufeffa', 'a\u00a0']]),
  },
  {
    id: 'SID-03',
    axes: [],
    level: 'MUST',
    sentence: 'Sids are not normalised as Unicode text.',
    why: 'Two sids that are different to the app name one session.',
    check: 'does a collation, a file system or a call of normalize() fold equivalent characters?',
    seenIn: 'file systems of macOS; Unicode collations',
    link: 'https://unicode.org/reports/tr15/',
    run: t =>
      allApart(t, [
        ['caf\u00e9', 'cafe\u0301'],
        ['a1', '\uff41\uff11'],
        ['strasse', 'stra\u00dfe'],
        ['file', '\ufb01le'],
        ['\u212b', '\u00c5', 'A\u030a'],
        ['ab', 'a\u200bb', 'a\u00adb'],
      ]),
  },
  {
    id: 'SID-04',
    axes: [],
    level: 'MUST',
    sentence: 'The glob characters * ? [ ] in a sid are literal.',
    why: 'A cookie with the sid * finds the session of anybody, and destroys all.',
    check: 'does a lookup use KEYS, SCAN MATCH or a glob of files? Only exact keys find sessions.',
    seenIn: 'stores that find keys by pattern',
    link: 'https://redis.io/docs/latest/commands/keys/',
    run: t => allApart(t, [['abc', 'a*', '*', 'a?c', '[ab]bc', '{abc,d}', '**', 'a\\*']]),
  },
  {
    id: 'SID-05',
    axes: [],
    level: 'MUST',
    sentence: 'The LIKE wildcards % and _ in a sid are literal.',
    why: 'A cookie with the sid % finds the session of anybody, and destroys all. Generated sids hold underscores.',
    check: 'does a query say LIKE where it means =?',
    seenIn: 'SQL stores that look sids up with LIKE',
    link: patterns,
    run: t => allApart(t, [['abc', 'a%', '%', 'a_c', '_bc', '___', 'a\\%']]),
  },
  {
    id: 'SID-06',
    axes: [],
    level: 'MUST',
    sentence: 'Quotes, comments, placeholders and backslashes in a sid are literal.',
    why: 'The sid comes from a cookie: who can put SQL into it can read and delete all sessions.',
    check: 'is the sid a bound parameter of each query, or escaped by hand?',
    seenIn: 'queries put together as text',
    link: 'https://owasp.org/www-community/attacks/SQL_Injection',
    run: t =>
      allApart(t, [
        ['a', "a'", 'a"', 'a`', "'a'", '"a"', "a''"],
        ['b', "b' OR '1'='1", 'b" OR "1"="1', "b'--", 'b--', 'b/**/', 'b#', 'b;'],
        ['c', 'c\\', '\\c', 'c\\\\', "c\\'"],
        ['$1', '?', ':sid', '@sid', '%s', '{0}'],
      ]),
  },
  {
    id: 'SID-07',
    axes: [],
    level: 'MUST',
    sentence: 'Sids that look like paths are literal.',
    why: 'The sid comes from a cookie: it would read and write files outside of the directory of the sessions.',
    check: 'is the sid encoded (or refused) before it becomes a file name or part of a URL?',
    seenIn: 'session-file-store: "../x" lies outside of its directory; gorilla/sessions',
    link: 'https://github.com/gorilla/sessions/issues/275',
    async run(t) {
      await allApart(t, [
        ['a', './a', 'a/', '/a', 'd/../a', 'd/a', '../a', 'a/.', '.a', '..', '.'],
        ['b', '..\\b', 'd\\b', 'd\\..\\b', 'b.json', 'b.', 'b~'],
      ])
      if (!t.has('namespaces')) return
      const [one, two] = [await t.open({ namespace: 'one' }), await t.open({ namespace: 'two' })]
      const path = `../${two.namespace}/c`
      await taken(t, one, path, { who: 'one' })
      await findsNothing(t, two, 'c', `after set(${show(path)}, session) in another namespace`)
    },
  },
  {
    id: 'SID-08',
    axes: [],
    level: 'MUST',
    sentence: 'Separators, line ends and NUL in a sid are literal.',
    why: 'Everything before or after such a character is lost: two sids name one session.',
    check: 'is a key split to find the sid in it? Cut off the prefix by its length.',
    seenIn: 'key.split(":")[1]; C libraries that end a text at NUL; file names with line ends',
    link: 'https://redis.io/docs/latest/develop/use/keyspace/',
    run: t =>
      allApart(t, [
        ['a', 'b', 'a:b', 'b:a', ':a', 'a:'],
        ['x', 'y', '{x}y', 'x{y}', '{x}'],
        ['c', 'd', 'c.d', 'c,d', 'c;d', 'c|d', 'c d', 'c=d', 'c&d', 'cd'],
        ['e', 'f', 'e\nf', 'e\r\nf', 'e\u0000f', 'e\u0000', 'ef'],
        ['s:a', 's:a.b'],
      ]),
  },
  {
    id: 'SID-09',
    axes: [],
    level: 'MUST',
    sentence: 'Names like constructor, __proto__ and then are ordinary sids.',
    why: 'Such a cookie finds a function in place of a session, and every request with it fails; it may even change prototypes.',
    check: 'are sessions kept in a plain object, sessions[sid]? Use a Map or Object.create(null).',
    seenIn: 'session-memory-store',
    link: 'https://developer.mozilla.org/en-US/docs/Web/Security/Attacks/Prototype_pollution',
    async run(t) {
      const names = [
        'constructor',
        'toString',
        'hasOwnProperty',
        'valueOf',
        '__proto__',
        'then',
        'length',
        'get',
      ]
      const prototypes = (): string => Object.getOwnPropertyNames(Object.prototype).join(', ')
      const before = prototypes()
      await allApart(t, [names])
      t.equal(prototypes(), before, 'Object.getOwnPropertyNames(Object.prototype)')
    },
  },
  {
    id: 'SID-10',
    axes: ['size'],
    level: 'MUST',
    sentence: 'Long sids work or are refused; two that differ at their end stay two.',
    why: 'Sids that are cut to the width of a column mix the sessions of users up.',
    check: 'how wide is the column (CHAR(32), VARCHAR(255)), and does the database truncate silently?',
    seenIn: 'MySQL without strict mode',
    link: 'https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html',
    async run(t) {
      const long = (length: number, end: string): string => 'x'.repeat(length - 1) + end
      const lengths = [33, 37, 41, 44, 65, 129, 251, 256, 257, 513, 1025]
      await allApart(
        t,
        lengths.map(length => ['1', '2'].map(end => long(length, end))),
      )
    },
  },
  {
    id: 'SID-11',
    axes: [],
    level: 'MUST',
    sentence: 'Sids that look like numbers are strings.',
    why: '"1e3" and "1000", or two long sids of digits, name one session.',
    check: 'is the column TEXT or VARCHAR, and is the sid bound as a string?',
    seenIn: 'SQLite columns with numeric affinity; MySQL comparisons with a number',
    link: 'https://www.sqlite.org/datatype3.html',
    run: t =>
      allApart(t, [
        ['1', '01', '1.0', '+1', '1e0', '0x1', 'true'],
        ['1000', '1e3'],
        ['9007199254740993', '9007199254740992'],
        ['0', '-0', '00', 'false', 'null', 'undefined', 'NaN'],
      ]),
  },
  ...noSids,
  {
    id: 'SID-14',
    axes: [],
    level: 'MUST',
    sentence: 'Sids are not decoded as URL or HTML.',
    why: 'Two sids name one session, or a session that was saved is not found.',
    check: 'is the sid encoded when it becomes part of a URL or a file name, and decoded exactly once?',
    seenIn: 'backends over HTTP, files with encoded names',
    link: 'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/encodeURIComponent',
    run: t =>
      allApart(t, [
        ['A', '%41', '&#65;', '\\u0041', '\\x41'],
        ['a+b', 'a b', 'a%20b', 'a%2Bb', 'a&#32;b'],
        ['&', '&amp;', '%26', '&amp;amp;'],
        ['c/d', 'c%2Fd', 'c%252Fd', 'c%2fd'],
        ['%', '%25', '%zz', '%c3%28'],
        ['QQ==', 'QQ', 'A='],
        ['a+b/c', 'a-b_c', 'a_b_c'],
      ]),
  },
  {
    id: 'SID-15',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Whatever the sids are: they behave as the keys of a Map.',
    why: 'Some pair of sids names one session, and the two users are in each other’s account.',
    check: 'run the command under "again": the counterexample is the least list of sids that are mixed up.',
    seenIn: 'anything that the tables of the other rules lack',
    link: manual,
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const odd = [...'abAB01é %_*?[]{}\\/.:;-+~\'"`$&=#|,<>@!^()', 'e\u0301', '\u{1f995}', '日']
      const list = (sid: fc.Arbitrary<string>, minLength = 2): fc.Arbitrary<string[]> =>
        fc.uniqueArray(sid, { minLength, maxLength: 8 })
      const sids = fc.oneof(
        list(fc.string({ unit: fc.constantFrom(...'aAb0-'), minLength: 1, maxLength: 2 }), 4),
        list(fc.string({ unit: fc.constantFrom(...odd), minLength: 1, maxLength: 6 })),
        list(fc.string({ unit: anyCharacter(), minLength: 1, maxLength: 20 })),
      )
      let onlyAtOnce = false
      const property = fc.asyncProperty(sids, async sids => {
        try {
          await asKeysOfAMap(t, store, sids, true)
        } catch (error) {
          // Mixed up only in parallel writes: that is not about sids.
          await asKeysOfAMap(t, store, sids, false)
          onlyAtOnce = error instanceof Failure
        }
      })
      await t.property(property, { numRuns: 100, timeLimitMs: 5000 })
      if (onlyAtOnce) t.unverified('writes at once of different sids are mixed up, see CON-03')
    },
  },
  refusedSids,
  sidsOfAnotherType,
])

/** These rules make many calls, and some stores are slow when a session is missing. */
export const sid: readonly Rule[] = rules.map(rule => ({
  ...rule,
  budgetMs: 90_000,
  exactSids: true,
}))
