import type { Callback } from '../calls/call-method.ts'
import { nextTick } from '../calls/timers.ts'
import { ownerLimit } from '../errors.ts'
import type { Settings } from '../options/settings.ts'
import { keepWithin, type OwnerLimit } from '../owners/owner-limit.ts'
import type { Session } from '../session/session.ts'
import { clearData } from '../session/session-data.ts'
import type { Door } from './door.ts'

/** What this module needs of the session of a request. */
interface LoggedIn {
  readonly settings: Settings
  readonly holder: Door['holder']
  readonly calls: { enter(): (end: () => void) => void }
  readonly writer: { goneId: string | undefined }
  /** Whose session the store has. */
  owner: string | undefined
}

/** What is called when `session` was saved, or the session that the request has then. If the save was a login, it keeps the limit. */
export function thenLimit(own: LoggedIn, session: Session | undefined, done: Callback): Callback {
  const limit = own.settings.ownerLimit as OwnerLimit
  return error => (error ? done(error) : afterSave(own, limit, session ?? own.holder.session, done))
}

function afterSave(own: LoggedIn, limit: OwnerLimit, session: Session, done: Callback): void {
  const owner = limit.store.ownerOf(session)
  if (owner === undefined || owner === own.owner) return done()
  own.owner = owner
  const leave = own.calls.enter()
  keepWithin(limit, owner, session.id).then(
    refused => {
      if (!refused) return nextTick(leave, done)
      // The request goes on without a login, and stores nothing under this id.
      own.owner = undefined
      own.writer.goneId = session.id
      clearData(session)
      nextTick(leave, () => done(ownerLimit()))
    },
    error => nextTick(leave, () => done(error)),
  )
}
