import { createDebug } from 'obug'
import { gone, hasCode, tooLate } from '../errors.ts'
import { Session } from '../session/session.ts'
import type { Completion } from './door.ts'
import { endKeepAlive } from './keep-alive.ts'
import type { Plan, RequestSession } from './request-session.ts'
import { sendCookie, withdrawCookie } from './session-cookie.ts'

const debug = createDebug('express-session')

/**
 * The application has finished the response: save, touch or destroy the session, then send the response. `alone` tells that no other
 * package's code runs when the response headers are fixed, so the session cannot change then.
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
      // With 'continue' the session is stored anyway, as express-session does.
      if (own.settings.onSaveError === 'error') return completion.send()
    }
    holder.session.save(error => saved(own, error, completion))
  } else if (plan === 'touch') {
    writer.touch((error, present) => touched(own, error, present, completion))
  } else {
    writer.destroy(holder.sessionID, (error, present) => {
      if (!error) own.destroyedId = holder.sessionID
      // The session had ended before, or has another id now.
      if (!error && present === false) own.report(gone())
      answered(own, error, completion)
    })
  }
}

/** Whether the client does not know the session's id and cannot get it: the session would be stored and never used. */
function isUnreachable(own: RequestSession, { headGone }: Completion): boolean {
  const { holder, writer } = own
  if (!headGone || own.setCookie !== undefined || own.cookieId === holder.sessionID) return false
  return writer.storedId !== holder.sessionID
}

function saved(own: RequestSession, error: unknown, completion: Completion): void {
  if (!hasCode(error, 'ERR_SESSION_GONE') && !hasCode(error, 'ERR_SESSION_OWNER_LIMIT'))
    return answered(own, error, completion)
  // The session was destroyed meanwhile and stays destroyed, or was refused. The changes of this request are dropped.
  withdraw(own, completion)
  if (own.settings.onSaveError === 'error') return completion.refuse(error)
  own.report(error)
  completion.send()
}

/** A failed touch loses no data, so the response is sent anyway. `present` tells whether the session was there. */
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
