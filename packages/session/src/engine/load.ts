import type { Writer } from '../concurrency/writer.ts'
import { LOAD } from '../events/trace.ts'
import type { Found } from '../records/redirect-record.ts'
import { noteOf } from '../session/loaded.ts'
import type { SessionData } from '../session/session.ts'

/** Reads the session of an id for a request. */
type Read<Own> = (own: Own, sid: string, found: Found) => void

interface Loaded {
  readonly data: SessionData | undefined
  readonly sid: string
}

/** Read the session of `sid` with `read`, and trace that. */
export function load<Own>(own: Own, sid: string, read: Read<Own>, found: Found): void {
  if (!LOAD.traced) return read(own, sid, found)
  LOAD.trace<Loaded>(
    sid,
    (answer, message) =>
      read(own, sid, (error, data, sid) => {
        const missing = isMissing(error, data)
        if (message && (missing || !error)) {
          message.present = !missing
          message.touched = data ? (noteOf(data)?.renewed ?? false) : undefined
        }
        answer(missing ? undefined : error, { data, sid })
      }),
    (error, loaded) => found(error, loaded?.data, loaded?.sid ?? sid),
  )
}

/** Whether there is no such session. File stores answer with `ENOENT` when a session is not there. */
export function isMissing(error: unknown, data: unknown): boolean {
  return error ? (error as { code?: unknown }).code === 'ENOENT' : !data
}

/** Read a session again, in the middle of a request. */
export function readAgain({ writer }: { writer: Pick<Writer, 'read'> }, sid: string, found: Found): void {
  writer.read(sid, found)
}
