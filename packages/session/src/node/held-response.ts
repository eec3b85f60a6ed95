import type { ServerResponse } from 'node:http'
import { nextTick } from '../calls/timers.ts'
import { type Held, install, isOutermost, showFixedHead } from './held-methods.ts'
import { keepOpen } from './held-socket.ts'
import { LastByte } from './last-byte.ts'
import {
  checkStatus,
  headArguments,
  headSentError,
  isBody,
  removeEntityHeaders,
  setHeaders,
  writeAfterEndError,
} from './response-head.ts'

/** What the middleware does at the moments of a response that matter to it. */
export interface ResponseHooks {
  /** The head is about to be fixed, or is fixed and may still be changed: the moment for a header. */
  onHead(): void
  /** The application has finished the response. Nothing more of it goes out before `release` or `reopen`. */
  onEnd(): void
  /** The client has gone from a stream that has not ended. */
  onClose(): void
  /** What an earlier wrapper of the response, or Node, has thrown when the response was let go. */
  onFailure(error: unknown): void
}

type Method = (...args: unknown[]) => unknown

/**
 * A response of HTTP/1 or HTTP/2 that is held until the session is safe. Nothing is handed to Node, or to a wrapper that was there before,
 * until then. Everything is handed on as the application gave it, through the methods that were there before.
 */
export class HeldResponse implements Held {
  readonly #res: ServerResponse
  readonly #hooks: ResponseHooks
  readonly #write: Method
  readonly #end: Method
  readonly #writeHead: Method
  readonly #flushHeaders: Method
  readonly #level: ReturnType<typeof install>
  /** `'passing'`: it was released, or given back to the application. */
  #phase: 'open' | 'held' | 'passing' = 'open'
  /** The head has been handed on. */
  #headGone = false
  /** Some of the body has been handed on. */
  #begun = false
  #done = false
  /** The application has called `writeHead`. */
  #explicit = false
  /** Nothing of the head may be changed but by the hooks. */
  #fixed = false
  /** It shows that its head is fixed. */
  #shown = false
  /** The hooks are at work. */
  #ours = false
  #finishing: unknown[] = []
  #status: [code: number, reason: string | undefined] | undefined
  #lastByte: LastByte | undefined
  #held: unknown[] | undefined
  #letSocketGo: (() => void) | undefined
  /** The headers that there were when the head was first fixed. */
  #names: readonly string[] | undefined
  /** A filter has made itself ready for another body: the length of the next one is not known. */
  #dropLength = false

  /** Watch `res` and hold its end. */
  constructor(res: ServerResponse, hooks: ResponseHooks) {
    this.#res = res
    this.#hooks = hooks
    this.#write = res.write as Method
    this.#end = res.end as Method
    this.#writeHead = res.writeHead as Method
    this.#flushHeaders = res.flushHeaders as Method
    this.#level = install(res, this)
  }

  /** No code but this package's runs when the head is fixed. */
  get alone(): boolean {
    return isOutermost(this.#res, this.#level)
  }

  /** The client may have got the head. */
  get headGone(): boolean {
    return this.#headGone || this.#begun
  }

  get fixed(): boolean {
    return this.#fixed && !this.#headGone && this.#phase !== 'passing'
  }

  get ended(): boolean {
    return this.#phase === 'held'
  }

  /**
   * Fix the head as it is now, without sending it: from here on `headersSent` is true and a late `setHeader` throws, as after any
   * `end`. One that is fixed is brought up to date. Throws what Node throws for a bad status.
   */
  closeHead(): void {
    if (this.#headGone || this.#begun) return
    if (this.#fixed || this.alone) return this.#fix()
    // Wrappers that came later have their say, and call ours.
    this.#res.writeHead(this.#res.statusCode)
  }

  /** Change headers, also those of a head that is fixed. Does nothing once it has been handed on. */
  changeHead(change: () => void): void {
    if (this.#headGone) return
    const before = this.#ours
    this.#ours = true
    try {
      change()
    } finally {
      this.#ours = before
    }
  }

  /** Let the response go. */
  release(): void {
    const res = this.#res
    this.#phase = 'passing'
    try {
      if (this.#status) {
        // What was set after `end` does not count.
        res.statusCode = this.#status[0]
        if (this.#status[1] !== undefined || res.statusMessage) res.statusMessage = this.#status[1] as string
      }
      if (this.#explicit) this.#handHead(res)
      if (this.#held) this.#write.apply(res, this.#held)
      this.#end.apply(res, this.#finishing)
      this.#done = true
    } catch (error) {
      this.#headGone = res.headersSent
      this.#hooks.onFailure(error)
    } finally {
      this.#letSocketGo?.()
    }
  }

  /** Answer for an application that does not. Wrappers that came later have ended their part already. */
  answer(text: string): void {
    try {
      this.#end.call(this.#res, text)
    } catch {
      // What has thrown is a wrapper that was there before, and it throws again. Its error was told.
      this.#res.destroy()
    }
  }

  /** Give the response back to the application as if it had not been finished; `false` when some of it has been sent. */
  reopen(): boolean {
    if (this.#headGone || this.#begun) return false
    this.#phase = 'passing'
    this.#explicit = false
    this.#letSocketGo?.()
    const res = this.#res
    const names = this.#names
    removeEntityHeaders(res, names)
    // A filter such as compression has begun: what it makes of the next body has a length of its own.
    this.#dropLength =
      names !== undefined && !names.includes('content-encoding') && res.hasHeader('Content-Encoding')
    res.statusCode = 500
    res.statusMessage = undefined as unknown as string
    return true
  }

  write(self: ServerResponse, args: unknown[]): unknown {
    if (this.#phase === 'passing') return this.#write.apply(self, args)
    if (this.#phase === 'held') {
      const callback = args.find(argument => typeof argument === 'function')
      if (callback) nextTick(callback as () => void, writeAfterEndError())
      return false
    }
    this.#beginStream(self)
    this.#flushHeld()
    const split = this.#lastByte?.split(args)
    if (!split) return this.#write.apply(self, args)
    this.#held = split.later
    if (split.answer) nextTick(split.answer)
    return split.now ? this.#write.apply(self, split.now) : true
  }

  end(self: ServerResponse, args: unknown[]): unknown {
    if (this.#phase === 'held' || this.#done) return this.#endAgain(args)
    if (this.#phase === 'passing') return this.#end.apply(self, args)
    // Node's own complaint about a body of a wrong type. A wrapper may take others.
    if (!isBody(args[0]) && !this.#isWrapped()) return this.#end.apply(self, args)
    this.#phase = 'held'
    this.#finishing = args
    try {
      this.#hooks.onEnd()
    } catch (error) {
      // The application may answer with something else: a bad status is found here.
      if ((this.#phase as string) === 'held') this.#phase = 'open'
      throw error
    }
    if ((this.#phase as string) === 'held') {
      // The session takes its time. A response that was let go at once needs none of this.
      this.#showFixed()
      if (!('stream' in this.#res)) this.#letSocketGo = keepOpen(this.#res.socket)
    }
    return self
  }

  writeHead(self: ServerResponse, args: unknown[]): unknown {
    if (this.#phase === 'passing' || this.#headGone) {
      if (this.#dropLength) this.#res.removeHeader('Content-Length')
      return this.#writeHead.apply(self, args)
    }
    // A `write` that was handed on makes the head.
    if (this.#begun) return this.#handOwnHead(self, args)
    const { status, reason, headers } = headArguments(args)
    if (this.#fixed) throw headSentError('write')
    // The handshake of a WebSocket calls it without a status, on a response that is made up.
    if (args.length > 0) {
      checkStatus(status)
      setHeaders(this.#res, headers)
      this.#res.statusCode = status
    }
    if (reason !== undefined) this.#res.statusMessage = reason
    this.#explicit = this.#phase === 'open'
    this.#fix()
    return self
  }

  flushHeaders(self: ServerResponse): void {
    if (this.#phase === 'held') return
    if (this.#phase === 'open') this.#beginStream(self)
    this.#flushHeaders.call(self)
    this.#headGone = true
  }

  checkHead(action: string): void {
    if (this.fixed && !this.#ours && !this.#headGone) throw headSentError(action)
  }

  /** The head goes now, with the cookie that the session needs by now. */
  #beginStream(self: ServerResponse): void {
    if (this.#begun) return
    this.#lastByte = new LastByte(this.#res, this.#isWrapped())
    this.changeHead(() => this.#hooks.onHead())
    this.#begun = true
    if (this.#explicit) this.#handHead(self)
    this.#res.once('close', () => {
      if (this.#phase === 'open') this.#hooks.onClose()
    })
  }

  #handHead(self: ServerResponse): void {
    if (this.#headGone) return
    this.#headGone = true
    const [code, reason] = this.#status ?? [this.#res.statusCode, undefined]
    this.#writeHead.apply(self, reason === undefined ? [code] : [code, reason])
  }

  /** Node, or a wrapper that was there before, makes the head of a body that has begun. */
  #handOwnHead(self: ServerResponse, args: unknown[]): unknown {
    this.changeHead(() => this.#hooks.onHead())
    this.#headGone = true
    return this.#writeHead.apply(self, args)
  }

  #endAgain(args: unknown[]): boolean {
    const callback = args.find(argument => typeof argument === 'function')
    if (callback && this.#res.writableFinished) nextTick(callback as () => void)
    else if (callback) this.#res.once('finish', callback as () => void)
    return false
  }

  #fix(): void {
    const res = this.#res
    if (res.statusCode !== undefined) checkStatus(res.statusCode)
    // Where a response is made up, as for the handshake of a WebSocket, it may know less than those of Node.
    this.#names ??= res.getHeaderNames?.() ?? []
    this.changeHead(() => this.#hooks.onHead())
    if (this.#fixed) return
    this.#fixed = true
    this.#status = [res.statusCode, res.statusMessage || undefined]
    if (this.#explicit) this.#showFixed()
  }

  #showFixed(): void {
    if (this.#shown || this.#headGone) return
    this.#shown = true
    showFixedHead(this.#res, this.#level)
  }

  #flushHeld(): void {
    const held = this.#held
    this.#held = undefined
    if (held) this.#write.apply(this.#res, held)
  }

  /** Somebody was there before, who may take more than Node does. */
  #isWrapped(): boolean {
    const { end, write } = Object.getPrototypeOf(this.#res) as { end: unknown; write: unknown }
    return this.#end !== end || this.#write !== write
  }
}
