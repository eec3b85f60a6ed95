import type { StoreHandle } from '../../calls/handle.ts'
import type { Stored } from '../../calls/stored.ts'
import type { Trial } from '../../trial/trial.ts'
import { crowding } from '../../values/patience.ts'
import type { Session } from '../../values/session.ts'

/**
 * Runs `look` with a short life. If it answers that it came too late to prove anything, runs it with longer lives: on a slow store or
 * a busy machine, a session may end between two calls, and that is no fault.
 */
export async function patiently(t: Trial, look: (life: number) => Promise<boolean>): Promise<void> {
  for (let life = t.life; life <= Math.max(5000, t.life * 4); life *= 2) if (await look(life)) return
  t.tooSlow('store or machine were too slow to look at a session before its end')
}

/** Whether a session has some of its life left. */
export function lasts(session: Session): boolean {
  const end = session.cookie.expires?.getTime()
  return end === undefined || Date.now() < end
}

/**
 * Writes, by `set` or `touch`, and waits until the session has ended for certain. With a `control`, an unrelated session must have ended as
 * well: if the store returns sessions after their end, the rule proves nothing.
 */
export async function writeAndOutlive(
  t: Trial,
  session: Session,
  write: () => Promise<unknown>,
  control?: StoreHandle,
): Promise<void> {
  await control?.set(
    'control',
    t.session({ n: 1 }, { expires: session.cookie.expires, originalMaxAge: null }),
  )
  await write()
  await t.outlive(session)
  if (control) await controlEnded(t, control)
}

/** Checks that the expired session `control` is gone; otherwise no verdict. */
export async function controlEnded(t: Trial, store: StoreHandle): Promise<void> {
  if (await store.get('control')) t.unverified('get() gives sessions after their end, see EXP-02')
}

/** Checks that the store does not return a session whose end is in the past; otherwise no verdict. */
export async function knowsThePast(t: Trial, store: StoreHandle): Promise<void> {
  const past = new Date(Date.now() - 5000 - t.granularity)
  await store.outcome('set', ['control', t.session({ n: 1 }, { expires: past })])
  await controlEnded(t, store)
}

/** A session whose cookie always has this `maxAge`, instead of the rest of the lifetime. */
export function withMaxAge(t: Trial, maxAge: number): Session {
  const session = t.session({ n: 1 }, { maxAge })
  Object.defineProperty(session.cookie, 'maxAge', { value: maxAge })
  return session
}

/** A store with a short default lifetime: whole seconds if the subject uses seconds. */
export async function openWithTtl(
  t: Trial,
  life: number = t.life,
): Promise<{ store: StoreHandle; ttlMs: number }> {
  const seconds = Math.ceil(life / 1000) * 1000
  const ttlMs = t.granularity < 1000 ? life : seconds
  const store = await t.open({ ttlMs })
  if (!t.seen.has('ttlSeconds') || ttlMs === seconds) return { store, ttlMs }
  return { store: await t.open({ ttlMs: seconds }), ttlMs: seconds }
}

/** 1, 2, 3 and so on: this many rounds, but fewer if a slow store would need more than a few seconds for them. A busy machine has longer. */
export function* rounds(count: number, limitMs = 4000): Generator<number> {
  const over = performance.now() + limitMs * crowding()
  for (let round = 1; round <= count && (round <= 3 || performance.now() < over); round++) yield round
}

/** Two sessions that were read while they were live, and have ended since. */
export async function loadBrief(t: Trial, store: StoreHandle): Promise<[Stored, Stored]> {
  let found: [Stored, Stored] | undefined
  await patiently(t, async life => {
    const brief = t.session({ n: 1 }, { maxAge: life })
    for (const sid of ['a', 'b']) await store.set(sid, brief)
    const [one, other] = [await store.load('a'), await store.load('b')]
    if (!lasts(brief)) return false
    t.ok(one && other, 'reading a session for an update gave nothing, want the session')
    if (one && other) found = [one, other]
    await t.outlive(brief)
    return true
  })
  return found!
}
