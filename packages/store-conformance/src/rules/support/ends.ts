import type { StoreHandle } from '../../calls/handle.ts'
import type { Trial } from '../../trial/trial.ts'
import type { Session } from '../../values/session.ts'
import { patiently } from './lives.ts'

/**
 * Reads a session shortly before its end. If it is missing once, a clock may be slightly off, or the machine may have paused. So the
 * failure only counts if a session with a longer lifetime is missing too, longer before its end.
 */
export async function livesToItsEnd(
  t: Trial,
  store: StoreHandle,
  sid: string,
  make: (life: number) => Session,
): Promise<void> {
  let missed = 0
  await patiently(t, async life => {
    const session = make(life)
    const end = session.cookie.expires!.getTime()
    const early = t.granularity < 1000 ? life / 4 : t.granularity / 5
    await store.set(sid, session)
    await t.wait(Math.max(0, end - early - Date.now()))
    if ((await store.get(sid)) !== undefined) return true
    const left = end - Date.now()
    if (left <= 0 || ++missed < 2) return false
    return t.fail(`get(${JSON.stringify(sid)}) ${left} ms before its end gave undefined, want the session`)
  })
}

/**
 * Writes a session late in a second of the clock. A store that truncates both the current time and the lifetime to whole seconds loses
 * most there, and nothing at the start of a second. On a busy machine a look may come after the end, and proves nothing.
 */
export async function writtenLate(t: Trial, store: StoreHandle, sid: string, maxAge: number): Promise<void> {
  let missed = 0
  for (let tries = 6; tries > 0; tries--) {
    const late = 850
    await t.wait((1000 + late - (Date.now() % 1000)) % 1000)
    const session = t.session({ n: 1 }, { maxAge })
    const end = session.cookie.expires!.getTime()
    await store.set(sid, session)
    await t.wait(Math.max(0, end - 250 - Date.now()))
    if ((await store.get(sid)) !== undefined) return
    const left = end - Date.now()
    if (left > 0 && ++missed === 3)
      t.fail(`get("${sid}") ${left} ms before its end gave undefined, want the session`)
  }
}

/**
 * Checks that a session is still there in the last twentieth of its life. If it is missing once, the failure does not count, as above. On a
 * busy machine a look may come after the end, and proves nothing: then there is another one, with a longer life.
 */
export async function nearItsEnd(t: Trial, store: StoreHandle, sid: string): Promise<void> {
  let missed = 0
  for (let life = 1500; life <= 12_000; life *= 2) {
    const session = t.session({ n: 1 }, { maxAge: life })
    const end = session.cookie.expires!.getTime()
    await store.set(sid, session)
    await t.wait(Math.max(0, end - life / 20 - Date.now()))
    if ((await store.get(sid)) !== undefined) return
    const left = end - Date.now()
    if (left > 0 && ++missed === 2)
      t.fail(`get("${sid}") ${left} ms before its end gave undefined, want the session`)
  }
}

/** A session that ends this far into a second of the clock, at least one life away. */
export function endingAt(t: Trial, life: number, fraction: number): Session {
  const second = 1000
  const end = (Math.ceil((Date.now() + life) / second - fraction) + fraction) * second
  return t.session({ n: 1 }, { expires: new Date(end) })
}

/** A session whose end is not in the first part of a second, where truncated milliseconds would make little difference. */
export function endingLate(t: Trial, life: number): Session {
  const into = (Date.now() + life) % 1000
  return t.session({ n: 1 }, { maxAge: life + Math.max(0, life / 2 - into) })
}
