import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { RuleText } from './rule.ts'
import { controlEnded, lasts, patiently } from './support/lives.ts'

/** Makes one session live longer and another one shorter. Returns false when the first had ended before. */
async function moved(t: Trial, store: StoreHandle, life: number): Promise<boolean> {
  const brief = t.session({ n: 1 }, { maxAge: life })
  await store.set('control', brief)
  await store.set('a', brief)
  await store.set('b', t.session({ n: 1 }))
  const [longer, shorter] = [await store.load('a'), await store.load('b')]
  if (!lasts(brief)) return false
  if (!longer || !shorter) return t.fail('reading a session for an update gave nothing, want the session')
  longer.cookie = t.plain().cookie!
  const result = await store.update('a', longer)
  if (result === 'missing' && !lasts(brief)) return false
  t.equal(result, 'updated', 'the update to a longer life')
  const short = t.brief({ n: 1 })
  shorter.cookie = t.plain({}, { expires: short.cookie.expires }).cookie!
  t.equal(await store.update('b', shorter), 'updated', 'the update to a shorter life')
  await t.outlive(brief)
  await t.outlive(short)
  await controlEnded(t, store)
  await t.holds(store, 'a', { n: 1 }, 'after its old end, which an update has moved')
  await t.gone(store, 'b', 'after its new end, which an update has set')
  return true
}

export const movesTheExpiry: RuleText = {
  id: 'CAS-13',
  axes: ['time'],
  level: 'MUST',
  sentence: 'An update moves the expiry to that of the session.',
  why: 'Ticking "remember me" changes the cookie of a session that was read: the user is logged out at the old time.',
  check: 'does the statement write the expiry along with the text?',
  seenIn: 'updates of the data column alone',
  link: 'https://github.com/expressjs/session/issues/189',
  needs: ['conditional'],
  lane: 'wait',
  async run(t) {
    const store = await t.open()
    await patiently(t, life => moved(t, store, life))
  },
}
