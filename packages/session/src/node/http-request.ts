import type { ServerResponse } from 'node:http'
import { clearTimeout, setImmediate, setTimeout } from '../calls/timers.ts'
import type { Secret } from '../cookie/secret.ts'
import type { SignedId } from '../cookie/session-ids.ts'
import { complete } from '../engine/complete.ts'
import { UNBOUND } from '../engine/device.ts'
import type { Completion, Door, SetCookies } from '../engine/door.ts'
import { openSession } from '../engine/open.ts'
import { RequestSession } from '../engine/request-session.ts'
import { sendCookie, withdrawCookie } from '../engine/session-cookie.ts'
import { hasCode } from '../errors.ts'
import { HeldResponse } from '../held-response/held-response.ts'
import type { ResponseHooks } from '../held-response/response-hooks.ts'
import type { Settings } from '../options/settings.ts'
import type { SessionRequest } from '../session/session.ts'
import type { Next } from './next.ts'
import { headerOf, isEncrypted } from './request.ts'
import { respond } from './respond.ts'
import { ResponseCookies } from './set-cookies.ts'
import { TransportedId } from './transported-id.ts'

/** Milliseconds that the application has to answer with an error. Then this package answers. */
const UNANSWERED = 1000

/** A request of `node:http` with its session. Nothing of the response is sent, not even headers, until the session is saved. */
export class HttpRequest implements Door<SessionRequest>, ResponseHooks, Completion {
  readonly holder: SessionRequest
  readonly #own: RequestSession
  readonly #res: ServerResponse
  readonly #next: Next
  readonly #held: HeldResponse
  readonly #cookies: SetCookies
  /** Read at the beginning, because the socket of a cancelled request no longer tells. */
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
    const { transport } = settings
    this.#cookies = transport ? new TransportedId(res, transport) : new ResponseCookies(res)
    this.#own = new RequestSession(this, settings, secret, cookie)
    this.#held = new HeldResponse(res, this)
  }

  get request(): SessionRequest {
    return this.holder
  }

  get method(): string | undefined {
    return this.holder.method
  }

  header(name: string): string | undefined {
    return headerOf(this.holder, name)
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

  /** Give the request the session of the first of `ids` that has one, or a new session. */
  open(ids: readonly SignedId[]): void {
    const { binding } = this.#own
    if (!binding) return openSession(this.#own, ids, this.#next)
    openSession(this.#own, ids, error =>
      binding.refused && !error ? respond(this.#res, UNBOUND) : this.#next(error),
    )
  }

  onHead(): void {
    try {
      sendCookie(this.#own, this.#cookies)
    } catch (error) {
      // The save at the end reports a session that cannot be serialized. Other errors are about the cookie.
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

  /** The session of a stream without an end, such as server-sent events, is saved when the client disconnects. */
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

  /** Replace the response by the error, unless a part of it was sent, or its status is 5xx. */
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

  /** Pass an error to the application after its response. A `next` that accepts one call only may throw. */
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
   * Let the application answer with the error. If the middleware was wrapped in a promise, `next` does nothing any more, and the client
   * would wait for ever. So this package answers after a while.
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
