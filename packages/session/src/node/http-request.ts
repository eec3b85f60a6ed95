import type { ServerResponse } from 'node:http'
import createDebug from 'debug'
import { callMethod, isPromise } from '../calls/call-store.ts'
import { createSession } from '../engine/create-session.ts'
import type { Settings } from '../engine/options.ts'
import type { RequestSession } from '../engine/request-session.ts'
import { hasCode } from '../errors.ts'
import { Session, type SessionRequest } from '../session/session.ts'
import { readThrough } from '../store/redirect-record.ts'
import { HeldResponse, type ResponseHooks } from './held-response.ts'
import type { Next } from './next.ts'

const debug = createDebug('express-session')

/** A request on its way through: nothing of its response is sent, headers included, until the session is safe. */
export class HttpRequest implements ResponseHooks {
  readonly #state: RequestSession
  readonly #res: ServerResponse
  readonly #next: Next
  readonly #gate: HeldResponse

  constructor(state: RequestSession, res: ServerResponse, next: Next) {
    this.#state = state
    this.#res = res
    this.#next = next
    this.#gate = new HeldResponse(res, this)
  }

  /** Read the session of the first verified id, or of the next ones where there is none. */
  fetch([sid, ...others]: readonly string[]): void {
    const state = this.#state
    const { req, settings } = state
    const { store, storeTimeout, tombstones } = settings
    const time = tombstones.now
    const options = state.readOptions()
    readThrough(
      (sid, done) => callMethod(store, 'get', [sid], storeTimeout, done, options),
      sid as string,
      (error, data, found) => {
        if (error && (error as { code?: unknown }).code !== 'ENOENT') {
          debug('the session cannot be read: %o', error)
          return this.#next(policyFor(error as Error, req, settings, 'error') === 'error' ? error : undefined)
        }
        if (error || !data) {
          debug('there is no session of this id')
          return others.length ? this.fetch(others) : this.begin()
        }
        try {
          state.found(sid as string, found)
          createSession(store, req, data)
          state.loaded(data, time)
        } catch (error) {
          return this.#next(error)
        }
        this.#next()
      },
    )
  }

  /** Begin a new session. The id that the client sent, if any, is never adopted. */
  begin(): void {
    const state = this.#state
    const next = this.#next
    let generated: unknown
    try {
      generated = state.settings.store.generate(state.req)
      if (!isPromise(generated)) state.generated()
    } catch (error) {
      return next(error)
    }
    if (!isPromise(generated)) return next()
    generated
      .then(() => state.generated())
      .then(
        () => process.nextTick(next),
        error => process.nextTick(next, error),
      )
  }

  onHead(): void {
    try {
      this.#state.sendCookie(this.#res)
    } catch (error) {
      // A session that cannot be stored is told at the end; what is left is a cookie that cannot be sent.
      if (!hasCode(error, 'ERR_SESSION_SERIALIZE')) setImmediate(this.#next, error)
    }
  }

  onEnd(): void {
    const { calls } = this.#state
    if (calls.idle) return this.#finish()
    this.#gate.closeHead()
    calls.whenIdle(() => this.#finish())
  }

  /** The response is complete: write the session, then let it go. */
  #finish(): void {
    const state = this.#state
    const gate = this.#gate
    const { req, settings, writer } = state
    let plan: ReturnType<RequestSession['plan']>
    try {
      plan = state.plan()
    } catch (error) {
      return this.#abandon(error)
    }
    if (!gate.alone || (plan === 'save' && req.session.save !== Session.prototype.save)) state.forget()
    gate.closeHead()
    if (plan === 'nothing') {
      state.forget()
      return this.#deliver()
    }

    debug('%s', plan)
    if (plan === 'touch' && !settings.awaitTouch && !state.cookieSent && !writer.moved) {
      writer.touch(error => error && state.report(error))
      state.forget()
      return this.#deliver()
    }
    const done = (error?: unknown, present?: unknown) => {
      this.#written(error, plan === 'touch' && present === false)
    }
    if (plan === 'save') req.session.save(done)
    else if (plan === 'touch') writer.touch(done)
    else writer.destroy(req.sessionID, done)
    state.forget()
  }

  /** The store has answered. `missing` tells that there was no session to touch. */
  #written(error: unknown, missing: boolean): void {
    const state = this.#state
    const gate = this.#gate
    const gone = hasCode(error, 'ERR_SESSION_GONE')
    if (gone) state.report(error)
    if ((gone || missing) && state.cookieSent) gate.changeHead(() => state.withdrawCookie(this.#res))
    else if (state.writer.moved) gate.changeHead(() => state.sendCookie(this.#res))
    if (error && !gone && state.settings.onSaveError === 'error') this.#abandon(error)
    else this.#deliver(gone ? undefined : error)
  }

  /** The error takes the place of the response, unless some of that has been sent, or it tells of an error itself. */
  #abandon(error: unknown): void {
    const state = this.#state
    const res = this.#res
    const failing = res.statusCode >= 500
    if (!failing && this.#gate.reopen()) {
      state.withdrawCookie(res)
      return this.#next(error)
    }
    this.#gate.changeHead(() => state.withdrawCookie(res))
    const tell = state.settings.onSaveError === 'continue' && !failing
    if (!tell) state.report(error)
    this.#deliver(tell ? error : undefined)
  }

  /** Send the response as the application made it; then, if there is one, tell of the error. */
  #deliver(error?: unknown): void {
    this.#gate.release()
    if (error) setImmediate(this.#next, error)
  }
}

/** What a failure of the store does to a request. */
export function policyFor(
  error: Error,
  req: SessionRequest,
  settings: Settings,
  otherwise: 'skip' | 'error',
): 'skip' | 'error' {
  const policy = settings.onStoreUnavailable ?? otherwise
  return typeof policy === 'function' ? policy(error, req) : policy
}
