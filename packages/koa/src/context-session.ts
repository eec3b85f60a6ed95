import { type OpenedSession, PAGE_HEADERS } from '@coatcheck/session/fetch'
import type { ParameterizedContext } from 'koa'
import { replaceData, viewOf } from './koa-session.ts'
import { WebResponse } from './web.ts'

type Opened = OpenedSession<object, unknown>

/** `ctx.session` of one request. */
export class ContextSession {
  readonly #ctx: ParameterizedContext
  readonly #opened: Opened
  readonly #view: object | null
  /** Whether `ctx.session` was set to `null`. */
  #ended = false
  #committed: Promise<void> | undefined
  /** The headers that the session has put into the response. */
  sent: Readonly<Record<string, string[]>> = {}

  constructor(ctx: ParameterizedContext, opened: Opened) {
    this.#ctx = ctx
    this.#opened = opened
    this.#view = opened.session ? viewOf(opened, () => this.commit()) : null
  }

  get session(): object | null {
    return this.#ended || !this.#opened.session ? null : this.#view
  }

  set session(session: unknown) {
    if (session !== null && typeof session !== 'object') {
      throw new TypeError('ctx.session can only be set to null or an object')
    }
    this.#ended = session === null
    if (session === null || session === this.#view) return
    if (!this.#opened.session) throw new TypeError('There is no session whose data can be replaced')
    replaceData(this.#view as object, session as Record<string, unknown>)
  }

  /** Save, touch or destroy the session, and put its cookie into the response. Only the first call does this. */
  commit(status: number = this.#ctx.status): Promise<void> {
    this.#committed ??= this.#commit(status)
    return this.#committed
  }

  /** At the end of the request, commit, or save what was changed since `manuallyCommit`. */
  async end(): Promise<void> {
    if (!this.#committed) return this.commit()
    const { session, modified } = this.#opened
    if (this.#ended) await session?.destroy()
    else if (modified) await session?.save()
  }

  async #commit(status: number): Promise<void> {
    if (this.#ended) this.#opened.session = null
    const response = new WebResponse(this.#ctx, status)
    try {
      await this.#opened.commit(response)
      this.sent = response.headers.added
    } catch (error) {
      withdrawPage(this.#ctx)
      throw error
    }
  }
}

/** Removes the page and its own headers, because an error replaces the page. */
function withdrawPage(ctx: ParameterizedContext): void {
  for (const name of PAGE_HEADERS) ctx.remove(name)
  ctx.body = null
  ctx.status = 500
}
