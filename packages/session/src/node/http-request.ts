import type { ServerResponse } from 'node:http'
import { clearTimeout, setImmediate, setTimeout } from '../calls/timers.ts'
import type { Secret } from '../cookie/secret.ts'
import type { SignedId } from '../cookie/session-ids.ts'
import { complete } from '../engine/complete.ts'
import type { Completion, Door, SetCookies } from '../engine/door.ts'
import { openSession } from '../engine/open.ts'
import { RequestSession } from '../engine/request-session.ts'
import { sendCookie, withdrawCookie } from '../engine/session-cookie.ts'
import type { Settings } from '../engine/settings.ts'
import { hasCode } from '../errors.ts'
import type { SessionRequest } from '../session/session.ts'
import { HeldResponse, type ResponseHooks } from './held-response.ts'
import type { Next } from './next.ts'
import { isEncrypted } from './request.ts'
import { ResponseCookies } from './set-cookies.ts'

/** Milliseconds after which an error that the application was told is answered for it. */
const UNANSWERED = 1000

/** A request of `node:http` with its session: nothing of the response is sent, headers included, until the session is safe. */
export class HttpRequest implements Door<SessionRequest>, ResponseHooks, Completion {
  readonly holder: SessionRequest
  readonly #own: RequestSession
  readonly #res: ServerResponse
  readonly #next: Next
  readonly #held: HeldResponse
  readonly #cookies: SetCookies
  /** Read at the beginning: the socket of a request that was cancelled no longer tells. */
  readonly #encrypted: boolean

  constructor(
    req: SessionRequest,
    res: ServerResponse,
    next: Next,
    settings: Settings<SessionRequest>,
    secret: Secret,
    cookie: SignedId | undefined,
  ) {
    this.holder = req
    this.#encrypted = isEncrypted(req)
    this.#res = res
    this.#next = next
    this.#cookies = new ResponseCookies(res)
    this.#own = new RequestSession(this, settings, secret, cookie)
    this.#held = new HeldResponse(res, this)
  }

  get request(): SessionRequest {
    return this.holder
  }

  get method(): string | undefined {
    return this.holder.method
  }

  isSecure(): boolean {
    return this.#encrypted || this.#own.settings.isSecure(this.holder)
  }

  get tellsEnd(): boolean {
    return true
  }

  get ended(): boolean {
    return this.#res.destroyed || this.#res.writableFinished
  }

  /** Put the session of the first of `ids` that has one in place, or a new one. */
  open(ids: readonly SignedId[]): void {
    openSession(this.#own, ids, this.#next)
  }

  onHead(): void {
    try {
      sendCookie(this.#own, this.#cookies)
    } catch (error) {
      // A session that cannot be stored is told at the end. What is left is a cookie that cannot be sent.
      if (!hasCode(error, 'ERR_SESSION_SERIALIZE')) this.#tell(error)
    }
  }

  onEnd(): void {
    const { calls } = this.#own
    if (calls.idle) return this.#complete()
    this.#held.closeHead()
    calls.whenIdle(() => this.#complete())
  }

  get headGone(): boolean {
    return this.#held.headGone
  }

  decided(): void {
    this.#held.closeHead()
  }

  changeCookies(change: (cookies: SetCookies) => void): void {
    this.#held.changeHead(() => change(this.#cookies))
  }

  send(error?: unknown): void {
    this.#held.release()
    if (error) this.#tell(error)
  }

  /** A stream without an end, such as server-sent events, is saved when the client goes. */
  onClose(): void {
    const leaveAlone = () => {}
    const hear = (error?: unknown) => {
      if (error) this.#own.report(error)
    }
    const gone = { headGone: true, decided: leaveAlone, changeCookies: leaveAlone, send: hear, refuse: hear }
    complete(this.#own, gone, false)
  }

  onFailure(error: unknown): void {
    this.#own.report(error)
    if (this.#held.reopen()) this.#answerOrFail(error)
    else this.#res.destroy()
  }

  /** The error replaces the response, unless some of that has been sent, or it is an error itself. */
  refuse(error: unknown): void {
    const failing = this.#res.statusCode >= 500
    const withdraw = () => withdrawCookie(this.#own, this.#cookies)
    if (!failing && this.#held.reopen()) {
      withdraw()
      return this.#answerOrFail(error)
    }
    this.#held.changeHead(withdraw)
    const tell = this.#own.settings.onSaveError === 'continue' && !failing
    if (!tell) this.#own.report(error)
    this.send(tell ? error : undefined)
  }

  #complete(): void {
    complete(this.#own, this, this.#held.alone)
  }

  /** Tell the application of an error beside its response. Where `next` was for one call only, it may throw. */
  #tell(error: unknown): void {
    setImmediate(() => {
      try {
        this.#next(error)
      } catch (failure) {
        this.#own.report(failure)
      }
    })
  }

  /**
   * The application answers with an error of its own. Where the middleware was wrapped in a promise, `next` does nothing any more: nobody
   * answers then, and the client would wait for ever.
   */
  #answerOrFail(error: unknown): void {
    const res = this.#res
    try {
      this.#next(error)
    } catch (failure) {
      this.#own.report(failure)
    }
    const begun = () => res.headersSent || res.writableEnded || res.destroyed
    if (begun()) return
    const timer = setTimeout(() => {
      if (begun()) return
      this.#own.report(error)
      res.statusCode = 500
      this.#held.answer('Internal Server Error')
    }, UNANSWERED)
    res.once('close', () => clearTimeout(timer))
  }
}
