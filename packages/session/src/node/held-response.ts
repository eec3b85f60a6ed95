import type { ServerResponse } from 'node:http'
import onHeaders from 'on-headers'
import { type Head, headOf } from './response-head.ts'

/** What the middleware does at the moments of a response that matter to it. */
export interface ResponseHooks {
  /** The head is about to be fixed, or is fixed and may still be changed: the moment for a header. */
  onHead(): void
  /** The application has finished the response. Nothing more of it goes out before `release` or `reopen`. */
  onEnd(): void
}

/** Headers that describe the abandoned response and would be wrong on the one that takes its place. */
const ENTITY_HEADERS = [
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'content-disposition',
  'transfer-encoding',
  'cache-control',
  'etag',
  'last-modified',
  'location',
]

type End = (...args: unknown[]) => unknown

/**
 * A response whose end is held until the session is safe, of HTTP/1 or HTTP/2, and with other patches before and after this one.
 */
export class HeldResponse {
  readonly #res: ServerResponse
  readonly #hooks: ResponseHooks
  readonly #head: Head
  readonly #write: End
  readonly #end: End
  /** Nobody else was there before. */
  readonly #first: boolean
  readonly #writeHead: unknown
  #phase: 'open' | 'held' | 'released' | 'reopened' = 'open'
  #finishing: unknown[] = []
  /** The headers that there were when the head was first fixed. */
  #names: string[] | undefined

  /** Watch `res` and hold its end. */
  constructor(res: ServerResponse, hooks: ResponseHooks) {
    this.#res = res
    this.#hooks = hooks
    this.#write = res.write as End
    this.#end = res.end as End
    this.#head = headOf(res)
    this.#first = !Object.hasOwn(res, 'writeHead')
    onHeaders(res, () => this.#onHead())
    this.#writeHead = res.writeHead
    const gate = this
    // A response may be called with another `this`, which these pass on. Assigned in one step: with a `res.end = …` of its own for
    // each response V8 moves what a request leaves behind to the old generation, and the garbage collector takes twice the time.
    Object.assign(res, {
      write(this: unknown, ...args: unknown[]) {
        return gate.#onWrite(this, args)
      },
      end(this: unknown, ...args: unknown[]) {
        return gate.#onEnd(this, args)
      },
    })
  }

  /** Nobody else is called when the head is fixed. */
  get alone(): boolean {
    return this.#first && this.#res.writeHead === this.#writeHead
  }

  /**
   * Fix the head as it is now, without sending it: from here on `headersSent` is true and a late `setHeader` throws, as after any
   * `end`. One that is fixed and not sent is brought up to date. Throws what Node throws for a bad status or header.
   */
  closeHead(): void {
    const head = this.#head
    if (head.sent) return
    if (head.closed) head.redo(() => this.#hooks.onHead())
    else head.close(this.#finishing[0], this.#finishing[1])
  }

  /** Change headers, also those of a head that is fixed but not sent. Does nothing once it has been sent. */
  changeHead(change: () => void): void {
    if (this.#head.sent) return
    if (this.#head.closed) this.#head.redo(change)
    else change()
  }

  /** Let the response go: head and body in one write. */
  release(): void {
    this.#phase = 'released'
    this.#head.letGo()
    this.#end.apply(this.#res, this.#finishing)
  }

  /** Give the response back to the application as if it had not been finished; false when some of it has been sent. */
  reopen(): boolean {
    if (this.#head.sent) return false
    this.#phase = 'reopened'
    const res = this.#res
    const names = this.#names
    this.#head.discard(() => {
      for (const name of ENTITY_HEADERS) if (!names || names.includes(name)) res.removeHeader(name)
    })
    // A filter such as compression has made itself ready: what it makes of the next body has a length of its own.
    if (names && !names.includes('content-encoding') && res.hasHeader('Content-Encoding'))
      onHeaders(res, () => res.removeHeader('Content-Length'))
    res.statusCode = 500
    return true
  }

  #onHead(): void {
    if (this.#phase === 'reopened') return
    // Where a response is made up, as for the handshake of a WebSocket, it may know less than those of Node.
    this.#names = this.#res.getHeaderNames?.() ?? []
    this.#hooks.onHead()
  }

  #onWrite(self: unknown, args: unknown[]): unknown {
    if (this.#phase === 'held') return false
    if (this.#phase === 'open') this.#head.letGo()
    return this.#write.apply(self, args)
  }

  #onEnd(self: unknown, args: unknown[]): unknown {
    if (this.#phase === 'reopened') {
      this.#head.letGo()
      return this.#end.apply(self, args)
    }
    if (this.#phase !== 'open') return false
    // Node's own complaint about a body that is none.
    if (!isBody(args[0])) return this.#end.apply(self, args)
    this.#phase = 'held'
    this.#finishing = args
    try {
      this.#hooks.onEnd()
    } catch (error) {
      // The application may answer with something else: a bad status is found here.
      if ((this.#phase as string) !== 'reopened') this.#phase = 'open'
      throw error
    }
    return this.#res
  }
}

function isBody(chunk: unknown): boolean {
  return (
    chunk === undefined ||
    chunk === null ||
    typeof chunk === 'string' ||
    typeof chunk === 'function' ||
    chunk instanceof Uint8Array
  )
}
