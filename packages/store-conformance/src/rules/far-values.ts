import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'
import { keptOrRefused } from './support/kept.ts'
import { eachOf } from './support/listed.ts'

const kib = 1024

/** Checks that data comes back whole, or was refused because it is larger than the subject's `maxPayload`. */
export async function whole(
  t: Trial,
  store: StoreHandle,
  sid: string,
  data: object,
  what: string,
): Promise<void> {
  const { maxPayload = 0 } = t.subject
  const result = await keptOrRefused(t, store, sid, data, what)
  const bytes = Buffer.byteLength(JSON.stringify(t.plain(data)))
  t.ok(result === 'kept' || bytes > maxPayload, `set() refused ${what}; maxPayload is ${maxPayload}`)
  if (result === 'refused') return
  const got = await store.get(sid)
  t.ok(got?.cookie?.originalMaxAge, `get("${sid}") after set() of ${what} gave a session without its cookie`)
}

/** Every size around 4 KiB, because a store may put something of its own around a session. */
const around4KiB: readonly number[] = Array.from({ length: 160 }, (_, index) => 4 * kib - 120 + index)

/** Sizes at the borders of chunks. */
const aroundPowers: readonly number[] = [1, 2, 8, 16, 32, 64, 128, 256, 512, 1024].flatMap(size =>
  [-1, 0, 1].map(off => size * kib + off),
)

/** Rules on sessions with much data. */
export const farValues: readonly RuleText[] = [
  {
    id: 'RT-13',
    axes: ['size', 'repetition'],
    level: 'MUST',
    sentence: 'A large session is kept whole or refused; never truncated.',
    why: 'A session that was cut cannot be parsed: the user gets errors or is logged out, and cannot get rid of it.',
    check:
      'how much does the column hold (TEXT in MySQL: 65 535 bytes), and does the database truncate silently?',
    seenIn: 'MySQL TEXT columns without strict mode',
    link: 'https://dev.mysql.com/doc/refman/8.4/en/blob.html',
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      const rest = JSON.stringify(t.plain({ text: '', end: true })).length
      for (const size of [4_000, 65_535, 65_536, 300_000, 1_100_000]) {
        const text = 'x'.repeat(size - rest)
        await whole(t, store, `s${size}`, { text, end: true }, `a session of ${size} characters`)
      }
      for (const size of [60_000, 10, 30_000, 1]) {
        const what = `${size} characters over a session of another size`
        if ((await keptOrRefused(t, store, 'same', { text: 'y'.repeat(size) }, what)) === 'refused') break
      }
      for (const end of ['a', 'b']) {
        const text = 'y'.repeat(30_000)
        await keptOrRefused(t, store, 'end', { text, end }, '30 000 characters over others but for the end')
      }
      const text = 'é€'.repeat(12_000)
      await keptOrRefused(t, store, 'bytes', { text, end: true }, '24 000 characters in 60 000 bytes')
      for (const times of [2, 5]) {
        const data = { text: text.repeat(times), end: true }
        const what = `${24 * times} 000 characters in ${60 * times} 000 bytes`
        await keptOrRefused(t, store, `bytes${times}`, data, what)
      }
    },
  },
  {
    id: 'RT-25',
    axes: ['number', 'size'],
    since: '1.1',
    level: 'MUST',
    sentence: 'Thousands of fields, long lists in their order and long names are kept or refused.',
    why: 'A basket or a form grows past a limit that nobody knew, and the rest of it is lost silently.',
    check:
      'is there a limit on fields, parameters, list items or the length of names, and does the database cut there?',
    seenIn: 'qs and body parsers: a thousand parameters; stores that map sessions to documents or hashes',
    link: 'https://www.rfc-editor.org/rfc/rfc8259',
    slow: true,
    async run(t) {
      const store = await t.open()
      const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`field${n}`, n]))
      await whole(t, store, 'fields', { fields }, 'a session with 5,000 fields')
      const list = Array.from({ length: 5000 }, (_, n) => 5000 - n)
      await whole(
        t,
        store,
        'list',
        { list, lists: list.slice(0, 1200).map(n => [n]) },
        'a list of 5,000 numbers',
      )
      const names = Object.fromEntries(
        [256, 1025, 70_000].map(length => [`${'n'.repeat(length - 1)}1`, length]),
      )
      await whole(t, store, 'names', { names }, 'names of up to 70,000 characters')
    },
  },
  {
    id: 'RT-26',
    axes: ['size'],
    since: '1.1',
    level: 'MUST',
    sentence:
      'A session that ends at the border of a chunk, or has a character across one, is kept whole or refused.',
    why: 'One session in some thousands has just that length: it cannot be read any more, and nobody finds out why.',
    check:
      'are bytes decoded chunk by chunk (use a TextDecoder with stream, or join first)? Is a full last chunk an end?',
    seenIn: 'stores that read files or sockets with data events and chunk.toString()',
    link: 'https://nodejs.org/api/string_decoder.html',
    lane: 'serial',
    budgetMs: 60_000,
    async run(t) {
      const store = await t.open()
      const rest = JSON.stringify(t.plain({ text: '', end: true })).length
      const look = async (sid: string): Promise<void> => {
        const text = 'x'.repeat(Number(sid) - rest)
        await whole(t, store, sid, { text, end: true }, `a session of ${sid} bytes`)
        // The store may limit the number of sessions.
        await store.destroy(sid)
      }
      await eachOf(t, around4KiB.map(String), look)
      await eachOf(t, aroundPowers.filter(size => size < 40 * kib).map(String), look)
      // One by one: some megabytes at once would be a rule on something else.
      for (const size of aroundPowers.filter(size => size > 40 * kib)) await look(String(size))
      for (const offset of [0, 1, 2, 3]) {
        const text = 'x'.repeat(offset) + '🦕'.repeat(20_000)
        await whole(
          t,
          store,
          `offset${offset}`,
          { text, end: true },
          `20,000 characters of four bytes after ${offset}`,
        )
      }
    },
  },
]
