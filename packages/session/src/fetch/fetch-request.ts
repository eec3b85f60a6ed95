import type { Secret } from '../cookie/secret.ts'
import type { SignedId } from '../cookie/session-ids.ts'
import type { Answer } from '../dbsc/answer.ts'
import { complete } from '../engine/complete.ts'
import { UNBOUND } from '../engine/device.ts'
import type { Door, SetCookies } from '../engine/door.ts'
import { openSession } from '../engine/open.ts'
import { RequestSession } from '../engine/request-session.ts'
import { sendCookie, withdrawCookie } from '../engine/session-cookie.ts'
import { hasCode } from '../errors.ts'
import type { Settings } from '../options/settings.ts'
import type { SessionHolder } from '../session/session.ts'
import { CookieList } from './cookie-list.ts'
import type { OpenedSession, RequestLike, ResponseLike, SessionOf } from './fetch-session.ts'
import { withCookies, withHeaders, withId } from './response.ts'
import { viewOf } from './session-view.ts'

/** One `Request` with its session. */
export class FetchRequest<T extends object, Req> implements Door<Req>, OpenedSession<T, Req> {
  readonly request: Req
  readonly holder: SessionHolder = {} as SessionHolder
  readonly #view: SessionOf<T> = viewOf(this.holder) as SessionOf<T>
  readonly #web: RequestLike
  answer: Response | undefined
  #own: RequestSession | undefined
  #committed: Promise<ResponseLike> | undefined

  constructor(web: RequestLike, request: Req) {
    this.request = request
    this.#web = web
  }

  get method(): string {
    return this.#web.method
  }

  header(name: string): string | undefined {
    return this.#web.headers.get(name) ?? undefined
  }

  isSecure(): boolean {
    return this.#own?.settings.isSecure(this.request) ?? false
  }

  get tellsEnd(): boolean {
    return false
  }

  get ended(): boolean {
    return this.#web.signal?.aborted ?? false
  }

  get session(): SessionOf<T> | undefined {
    return this.holder.session ? this.#view : undefined
  }

  set session(session: null) {
    this.holder.session = session as never
  }

  get isNew(): boolean {
    const own = this.#own
    return own !== undefined && own.cookieId !== this.holder.sessionID && !own.writer.moved
  }

  get modified(): boolean {
    return this.holder.session ? (this.#own as RequestSession).modified : false
  }

  commit(response: Response): Promise<Response>
  commit(response: ResponseLike): Promise<ResponseLike>
  commit(response: ResponseLike): Promise<ResponseLike> {
    if (this.#committed) return Promise.reject(new Error('A response was already committed for this request'))
    this.#committed = this.#commit(response)
    return this.#committed
  }

  /** Read the session, or begin one. */
  begin(settings: Settings<Req>, secret: Secret, ids: readonly SignedId[]): Promise<void> {
    const own = new RequestSession(this, settings, secret, ids[0])
    this.#own = own
    return new Promise((resolve, reject) => {
      openSession(own, ids, error => {
        if (own.binding?.refused) this.answerWith(UNBOUND)
        if (error) reject(error)
        else resolve()
      })
    })
  }

  /** This is the response, whatever the application's is. */
  answerWith({ status, headers, body }: Answer): void {
    this.answer = new Response(body, { status, headers })
  }

  async #commit(response: ResponseLike): Promise<ResponseLike> {
    const own = this.#own
    if (this.answer) return this.answer
    if (!own) return response
    if (!own.calls.idle) await new Promise<void>(resolve => own.calls.whenIdle(resolve))
    const { transport } = own.settings
    const cookies = new CookieList(response, transport && [])
    await this.#finish(own, cookies, response.status >= 500)
    const answer = withHeaders(response, cookies.added)
    if (own.setCookie === undefined) return answer
    return transport ? withId(answer, transport, own.setCookie) : withCookies(answer, cookies.get())
  }

  #finish(own: RequestSession, cookies: SetCookies, failing: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      complete(
        own,
        {
          headGone: false,
          decided: () => this.#sendCookie(own, cookies),
          changeCookies: change => change(cookies),
          send: error => {
            if (error) own.report(error)
            resolve()
          },
          refuse: error => {
            withdrawCookie(own, cookies)
            // The response is an error already: it is sent, and this error is only reported.
            if (!failing) return reject(error)
            own.report(error)
            resolve()
          },
        },
        true,
      )
    })
  }

  #sendCookie(own: RequestSession, cookies: SetCookies): void {
    try {
      sendCookie(own, cookies)
    } catch (error) {
      // The save reports a session that cannot be serialized.
      if (!hasCode(error, 'ERR_SESSION_SERIALIZE')) own.report(error)
    }
  }
}
