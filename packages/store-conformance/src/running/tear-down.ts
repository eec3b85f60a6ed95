import type { Subject } from '../subject/subject.ts'
import { within } from '../trial/guard.ts'
import { crowding } from '../values/patience.ts'

/** Lets the subject remove what it has made. Rejects when that takes more than five seconds, or longer on a busy machine. */
export function tearDown(subject: Subject): Promise<void> {
  const ms = Math.round(5000 * crowding())
  const torn = (async () => void (await subject.teardown?.()))()
  return within(ms, torn, () => new Error(`not done within ${ms / 1000} s`))
}
