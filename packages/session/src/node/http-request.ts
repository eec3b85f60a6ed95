import type { ServerResponse } from 'node:http'
import { setImmediate } from '../calls/timers.ts'
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
      if (!hasCode(error, 'ERR_SESSION_SERIALIZE')) setImmediate(this.#next, error)
    }
  }

  onEnd(): void {
    const { calls } = this.#own
    if (calls.idle) return this.#complete()
    this.#held.closeHead()
    calls.whenIdle(() => this.#complete())
  }

  decided(): void {
    this.#held.closeHead()
  }

  changeCookies(change: (cookies: SetCookies) => void): void {
    this.#held.changeHead(() => change(this.#cookies))
  }

  send(error?: unknown): void {
    this.#held.release()
    if (error) setImmediate(this.#next, error)
  }

  /** The error replaces the response, unless some of that has been sent, or it is an error itself. */
  refuse(error: unknown): void {
    const failing = this.#res.statusCode >= 500
    const withdraw = () => withdrawCookie(this.#own, this.#cookies)
    if (!failing && this.#held.reopen()) {
      withdraw()
      return this.#next(error)
    }
    this.#held.changeHead(withdraw)
    const tell = this.#own.settings.onSaveError === 'continue' && !failing
    if (!tell) this.#own.report(error)
    this.send(tell ? error : undefined)
  }

  #complete(): void {
    complete(this.#own, this, this.#held.alone)
  }
}
