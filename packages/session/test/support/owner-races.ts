import type { RecordStore, RecordStoreOptions } from '@coatcheck/session'
import { createSessions } from '@coatcheck/session/fetch'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeOwnerLimit } from './owner-limit.ts'

/** Races per test on a database. `COATCHECK_RACES=10000` is for the long run. */
const RACES = Number(process.env.COATCHECK_RACES ?? 100)
/** So many races run at once. */
const AT_ONCE = 16

/** Milliseconds in which the end of all sessions begins. A request of several steps comes through meanwhile, or the time gets longer. */
const WINDOW = 60

interface Outcome {
  undone: string[]
  /** How many requests have come through. */
  came: number
  window: number
}

const ACTS = {
  save: async session => {
    session.n = 1
    await session.save()
  },
  rotate: session => session.regenerate({ keep: true, grace: 30_000 }),
  'new id': session => newId(session),
  'new id of a moved session': session => newId(session),
  replace: session => session.regenerate({ keep: true, data: { again: true } }),
  touch: async () => {},
  // biome-ignore lint/suspicious/noExplicitAny: a session with the data of this test
} satisfies Record<string, (session: any) => Promise<void>>

/** The request has more to do between the new id and its end. */
async function newId(session: { regenerate(options: object): Promise<void> }): Promise<void> {
  await session.regenerate({ keep: true })
  await pause(20)
}

/** Requests of a user's session beside `destroyAllOf`: afterwards neither its cookie nor one of theirs leads to the user's data. */
export function describeOwnerRaces(
  name: string,
  open: (options: RecordStoreOptions) => RecordStore,
  races: number = RACES,
): void {
  describe(`owner races: ${name}`, () => {
    it.each(Object.keys(ACTS) as (keyof typeof ACTS)[])(
      'destroyAllOf beside a %s ends every session that there was',
      async act => {
        const [here, there] = [open({ owner: 'user' }), open({ owner: 'user' })]
        if (here !== there)
          onTestFinished(async () => void (await Promise.all([here.close(), there.close()])))
        const outcome: Outcome = { undone: [], came: 0, window: WINDOW }
        let begun = 0
        const worker = async () => {
          while (begun < races) await race(act, `${act} ${begun++}`, [here, there], outcome)
        }
        await Promise.all(Array.from({ length: AT_ONCE }, worker))
        expect(outcome.undone).toEqual([])
        // Races that all go one way prove nothing.
        expect(outcome.came).toBeGreaterThan(0)
      },
      600_000,
    )

    describeOwnerLimit(open)
  })
}

async function race(
  act: keyof typeof ACTS,
  user: string,
  [here, there]: [RecordStore, RecordStore],
  outcome: Outcome,
): Promise<void> {
  const cookie = await ask(here, undefined, session => session.regenerate({ data: { user } }))
  // The cookie's id leads to the session, which has another one.
  if (act === 'new id of a moved session') await ask(there, cookie.value, ACTS.rotate)
  const request = pause(3).then(() => ask(there, cookie.value, ACTS[act]))
  const ending = pause(Math.random() * outcome.window).then(() => here.destroyAllOf(user))
  const [asked] = await Promise.all([request, ending])
  const came = asked.user === user
  if (came) outcome.came++
  outcome.window = came ? Math.max(outcome.window * 0.9, WINDOW) : outcome.window * 1.05
  for (const held of [cookie.value, asked.value]) {
    const found = await ask(here, held, async () => {})
    if (found.user === user) outcome.undone.push(user)
  }
  if ((await here.countOf(user)) > 0) outcome.undone.push(`${user} is listed`)
}

/** One request. Returns its cookie, and the user whom it has found. */
async function ask(
  store: RecordStore,
  cookie: string | undefined,
  // biome-ignore lint/suspicious/noExplicitAny: a session with the data of this test
  work: (session: any) => Promise<void>,
): Promise<{ value: string | undefined; user: unknown }> {
  const sessions = createSessions({
    secret: 'a secret for tests, of 32 characters',
    store,
    // As in owner-limit.ts.
    storeTimeout: 0,
    conflict: 'merge',
  })
  const opened = await sessions.open(new Request('http://localhost/', { headers: cookie ? { cookie } : {} }))
  let user: unknown
  try {
    await work(opened.session)
    user = (opened.session as { user?: unknown } | undefined)?.user
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SESSION_GONE') throw error
  }
  const response = await opened.commit(new Response())
  return { value: response.headers.getSetCookie().at(-1)?.split(';')[0] ?? cookie, user }
}

function pause(most: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, Math.random() * most))
}
