import createDebug from 'debug'
import { gone, hasCode, tooLate } from '../errors.ts'
import { Session } from '../session/session.ts'
import type { Completion } from './door.ts'
import { endKeepAlive } from './keep-alive.ts'
import type { Plan, RequestSession } from './request-session.ts'
import { sendCookie, withdrawCookie } from './session-cookie.ts'

const debug = createDebug('express-session')

/**
 * The response is complete: do what is left to do for the session, then let the response go. `alone` tells that no code but this
 * package's runs when the head of the response is fixed, so that the session cannot change then.
 */
export function complete(own: RequestSession, completion: Completion, alone: boolean): void {
  const { settings, writer } = own
  endKeepAlive(own)
  own.completed = true
  let plan: Plan
  try {
    plan = own.plan()
  } catch (error) {
    return completion.refuse(error)
  }
  if (!alone || (plan === 'save' && own.holder.session.save !== Session.prototype.save)) own.forget()
  completion.decided()
  debug('%s', plan)
  if (plan === 'nothing') {
    own.forget()
    return completion.send()
  }
  if (plan === 'touch' && !settings.awaitTouch && own.setCookie === undefined && !writer.moved) {
    writer.touch(error => error && own.report(error))
    own.forget()
    return completion.send()
  }
  carryOut(own, plan, completion)
  own.forget()
}

function carryOut(own: RequestSession, plan: Exclude<Plan, 'nothing'>, completion: Completion): void {
  const { holder, writer } = own
  if (plan === 'save') {
    if (isUnreachable(own, completion)) {
      own.report(tooLate())
      // express-session stores it all the same.
      if (own.settings.onSaveError === 'error') return completion.send()
    }
    holder.session.save(error => saved(own, error, completion))
  } else if (plan === 'touch') {
    writer.touch((error, present) => touched(own, error, present, completion))
  } else {
    writer.destroy(holder.sessionID, (error, present) => {
      if (!error) own.destroyedId = holder.sessionID
      // The session has ended before, or lives on under another id.
      if (!error && present === false) own.report(gone())
      answered(own, error, completion)
    })
  }
}

/** The client does not know the id of this session, and cannot be told any more: nobody would ever come back to it. */
function isUnreachable(own: RequestSession, { headGone }: Completion): boolean {
  const { holder, writer } = own
  if (!headGone || own.setCookie !== undefined || own.cookieId === holder.sessionID) return false
  return writer.storedId !== holder.sessionID
}

function saved(own: RequestSession, error: unknown, completion: Completion): void {
  if (!hasCode(error, 'ERR_SESSION_GONE')) return answered(own, error, completion)
  // The session was destroyed meanwhile, and stays so: what this request has changed is dropped.
  withdraw(own, completion)
  if (own.settings.onSaveError === 'error') return completion.refuse(error)
  own.report(error)
  completion.send()
}

/** A touch has no data to lose: when it fails, the response goes out all the same. `present` tells whether the session was there. */
function touched(own: RequestSession, error: unknown, present: unknown, completion: Completion): void {
  if (present === false) withdraw(own, completion)
  if (!error || own.settings.onSaveError === 'continue') return answered(own, error, completion)
  own.report(error)
  completion.send()
}

function answered(own: RequestSession, error: unknown, completion: Completion): void {
  if (own.writer.moved || own.destroyedId !== undefined) {
    completion.changeCookies(cookies => sendCookie(own, cookies))
  }
  if (error && own.settings.onSaveError === 'error') completion.refuse(error)
  else completion.send(error)
}

function withdraw(own: RequestSession, completion: Completion): void {
  if (own.setCookie !== undefined) completion.changeCookies(cookies => withdrawCookie(own, cookies))
}
