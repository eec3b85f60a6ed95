import type { RecordStore, RecordStoreOptions } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import { sessionOf } from './session-of.ts'

/** A connection that holds a row, and lets others go on when it commits. */
interface Holder {
  readonly client: { query(sql: string, values: unknown[]): Promise<unknown> }
  /** Resolves when so many others wait for a row. */
  waiting(count: number): Promise<void>
  commit(): Promise<unknown>
}

/** A store on connections of one isolation level. */
export interface Isolated {
  /** The name of a new place for its table. */
  readonly place: () => Promise<string>
  /** Another store on that place, with so many connections where that can be told. */
  readonly open: (isolation: string, place: string, max?: number) => RecordStore
  readonly hold: (place: string, sid: string) => Promise<Holder>
  /** What another connection does to the row of an id: its only value. */
  readonly acts: (place: string) => {
    readonly ends: string
    readonly changes: string
    readonly lasts: string
  }
}

/** What became of a save: `'updated'`, or the code of its failure. */
export async function outcome(save: Promise<void>): Promise<string> {
  try {
    await save
    return 'updated'
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** Count in one session until nobody was faster, so many times. */
async function count(store: RecordStore, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const session = (await store.get('shared')) as unknown as { n: number }
    session.n++
    const result = await outcome(store.set('shared', session as never))
    if (result === 'updated') done++
    else expect(result).toBe('ERR_SESSION_CHANGED')
  }
}

/** What is promised of writes to one session at the same time, whatever the isolation level of the connections. */
export function describeUpdates(
  levels: readonly string[],
  { place: newPlace, open, hold, acts }: Isolated,
): void {
  describe.each(levels)('%s', isolation => {
    it('update: none of the changes that several make to one session is lost', async () => {
      const place = await newPlace()
      const stores = Array.from({ length: 4 }, () => open(isolation, place, 3))
      await stores[0]!.set('shared', sessionOf({ n: 0 }))
      await Promise.all(stores.flatMap(store => [count(store, 20), count(store, 20)]))
      expect(await stores[0]!.get('shared')).toMatchObject({ n: 160 })
    })

    it('update: of many at once one is first, and the others are told', async () => {
      const place = await newPlace()
      const stores = [open(isolation, place), open(isolation, place)]
      await stores[0]!.set('a', sessionOf({ n: 0 }))
      const read = await Promise.all(Array.from({ length: 20 }, (_, i) => stores[i % 2]!.get('a')))
      const saves = read.map((session, i) =>
        outcome(stores[i % 2]!.set('a', Object.assign(session!, { n: i + 1 }))),
      )
      const outcomes = await Promise.all(saves)
      expect(outcomes.filter(result => result === 'updated')).toHaveLength(1)
      expect(outcomes.filter(result => result === 'ERR_SESSION_CHANGED')).toHaveLength(19)
      expect(await stores[0]!.get('a')).toMatchObject({ n: outcomes.indexOf('updated') + 1 })
    })

    it('update, touch: one that waits sees what has become of the row', async () => {
      const place = await newPlace()
      const store = open(isolation, place)
      const { ends, changes, lasts } = acts(place)
      const endings: [string, string, boolean][] = [
        [ends, 'ERR_SESSION_GONE', false],
        [changes, 'ERR_SESSION_CHANGED', true],
        [lasts, 'updated', true],
      ]
      for (const [sql, saved, touched] of endings) {
        await store.set('a', sessionOf({ n: 0 }, 60_000))
        const session = await store.get('a')
        const holder = await hold(place, 'a')
        const save = outcome(store.set('a', Object.assign(session!, { n: 1 })))
        await holder.waiting(1)
        await holder.client.query(sql, ['a'])
        await holder.commit()
        expect(await save).toBe(saved)
        expect(await store.touch('a', sessionOf({}, 60_000))).toBe(touched)
        await store.destroy('a')
      }
    })

    it('set: many may write a new session at once', async () => {
      const place = await newPlace()
      const stores = [open(isolation, place), open(isolation, place)]
      await Promise.all(Array.from({ length: 100 }, (_, i) => stores[i % 2]!.set('a', sessionOf({ i }))))
      expect(await stores[0]!.length()).toBe(1)
    })

    it('touch, destroy: meet each other, and the session is gone', async () => {
      const place = await newPlace()
      const store = open(isolation, place)
      for (let i = 0; i < 50; i++) {
        await store.set('a', sessionOf())
        const touches = Array.from({ length: 4 }, () => store.touch('a', sessionOf({}, 60_000)))
        expect(await store.destroy('a')).toBe(true)
        await Promise.all(touches)
        expect(await store.get('a')).toBeUndefined()
      }
    })
  })
}

const TEXTS = [
  '12345678901234567890',
  '0x10',
  '1e400',
  '',
  ' ',
  'a\0b',
  '\0',
  '\ud83d',
  'a\udc00b',
  '\u0001',
  '\u0001"a"',
  '\u0001\0',
  '"\\u0000"',
  '\u2028',
  'é😀',
  '\\x00',
  'x'.repeat(2 ** 20),
]

/** What is promised of texts, as data and as ids of so many characters at most, in the store's own table. */
export function describeTexts(
  longest: number,
  open: (options?: RecordStoreOptions) => Promise<RecordStore>,
): void {
  describe('data', () => {
    it('codec: any text comes back as it was, and is found again', async () => {
      let text = ''
      const codec = { stringify: () => text, parse: (stored: string) => ({ cookie: {}, stored }) }
      const store = await open({ codec })
      for (text of TEXTS) {
        await store.set('a', sessionOf())
        const session = await store.get('a')
        expect(session).toMatchObject({ stored: text })
        await store.set('a', session!)
        for await (const [, listed] of store.entries()) expect(listed).toMatchObject({ stored: text })
      }
    })

    it('ids: any text is a session of its own', async () => {
      const store = await open()
      const idOf = (text: string) => text.slice(0, longest)
      for (const sid of TEXTS) await store.set(idOf(sid), sessionOf({ sid }))
      for (const sid of TEXTS) expect(await store.get(idOf(sid))).toMatchObject({ sid })
      expect((await store.ids()).sort()).toEqual(TEXTS.map(idOf).sort())
      for (const sid of TEXTS) expect(await store.destroy(idOf(sid))).toBe(true)
      expect(await store.length()).toBe(0)
    })
  })
}
