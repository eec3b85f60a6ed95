import type { ServerResponse } from 'node:http'
import { nextTick } from '../calls/timers.ts'
import { FirstWrites } from './first-writes.ts'
import { type Held, install, isOutermost, isWrapped, showFixedHead } from './held-methods.ts'
import { type HeldSocket, keepOpen, letGo } from './held-socket.ts'
import { LastByte } from './last-byte.ts'
import {
  checkStatus,
  endAgain,
  headSentError,
  isBody,
  reasonOf,
  removeEntityHeaders,
  type Status,
  setHead,
  setStatus,
  writeAfterEnd,
} from './response-head.ts'
import type { ResponseHooks } from './response-hooks.ts'

type Method = (...args: unknown[]) => unknown

/**
 * A response of HTTP/1 or HTTP/2 that is held until the session is saved. Until then nothing is passed to Node, or to a wrapper that was
 * there before. Then everything is passed on as the application gave it, through the methods that were there before.
 */
export class HeldResponse implements Held {
  readonly #res: ServerResponse
  readonly #hooks: ResponseHooks
  readonly #write: Method
  readonly #end: Method
  readonly #writeHead: Method
  readonly #flushHeaders: Method
  readonly #level: ReturnType<typeof install>
  /** `'passing'`: the response was released, or given back to the application. */
  #phase: 'open' | 'held' | 'passing' = 'open'
  /** Whether the headers were passed on. */
  #headGone = false
  /** Whether a part of the body was passed on. */
  #begun = false
  #done = false
  /** Whether the application has called `writeHead`. */
  #explicit = false
  /** Whether the headers are fixed: only the hooks may change them. */
  #fixed = false
  /** Whether `showFixedHead` was called. */
  #shown = false
  /** Whether a hook is running. */
  #ours = false
  #finishing: unknown[] = []
  #status: Status | undefined
  #first: FirstWrites | undefined
  #lastByte: LastByte | undefined
  #held: unknown[] | undefined
  #socket: HeldSocket | undefined
  /** The names of the headers when they were first fixed. */
  #names: readonly string[] | undefined
  /** Whether a filter such as compression will change the next body, so that its length is not known. */
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

  /** Whether no other package's code runs when the headers are fixed. */
  get alone(): boolean {
    return isOutermost(this.#res, this.#level)
  }

  /** Whether the client may have the headers. */
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
   * Fix the headers as they are now, without sending them: from here on `headersSent` is true and a late `setHeader` throws, as after
   * any `end`. If they are fixed already, call the hook again. Throws Node's error for a bad status.
   */
  closeHead(): void {
    if (this.#headGone || this.#begun) return
    if (this.#fixed || this.alone) return this.#fix()
    // Through the wrappers that came later. They call ours.
    this.#res.writeHead(this.#res.statusCode)
  }

  /** Change headers, even if they are fixed. Does nothing when they were passed on. */
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

  /** Send what was held. */
  release(): void {
    const res = this.#res
    this.#phase = 'passing'
    try {
      setStatus(res, this.#status)
      if (this.#explicit) this.#handHead(res)
      if (this.#first) for (const [self, args] of this.#first.take()) this.#write.apply(self, args)
      if (this.#held) this.#write.apply(res, this.#held)
      this.#end.apply(res, this.#finishing)
      this.#done = true
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#socket = letGo(this.#socket)
    }
  }

  /** Answer in place of an application that does not. Wrappers that came later have ended already, so they are bypassed. */
  answer(text: string): void {
    try {
      this.#end.call(this.#res, text)
    } catch {
      // An earlier wrapper throws again. Its error was reported the first time.
      this.#res.destroy()
    }
  }

  /** Give the response back to the application, as if it had not been finished. Returns `false` when some of it was sent. */
  reopen(): boolean {
    if (this.#headGone || this.#begun) return false
    this.#phase = 'passing'
    this.#explicit = false
    this.#first?.take()
    this.#socket = letGo(this.#socket)
    const [res, names] = [this.#res, this.#names]
    removeEntityHeaders(res, names)
    // A filter such as compression has begun. It will change the length of the next body, too.
    this.#dropLength =
      names !== undefined && !names.includes('content-encoding') && res.hasHeader('Content-Encoding')
    res.statusCode = 500
    if (reasonOf(res)) res.statusMessage = undefined as unknown as string
    return true
  }

  write(self: ServerResponse, args: unknown[]): unknown {
    if (this.#phase === 'passing') return this.#write.apply(self, args)
    if (this.#phase === 'held') return writeAfterEnd(args)
    if (!this.#begun && this.#keep(self, args)) return true
    this.#beginStream(self)
    this.#flushHeld()
    const split = this.#lastByte?.split(args)
    if (!split) return this.#write.apply(self, args)
    this.#held = split.later
    if (split.answer) nextTick(split.answer)
    return split.now ? this.#write.apply(self, split.now) : true
  }

  end(self: ServerResponse, args: unknown[]): unknown {
    if (this.#phase === 'held' || this.#done) return endAgain(this.#res, args)
    if (this.#phase === 'passing') return this.#end.apply(self, args)
    // Let Node throw its error for a body of a wrong type. A wrapper may accept other types.
    if (!isBody(args[0]) && !isWrapped(this.#res, this.#write, this.#end)) return this.#end.apply(self, args)
    this.#phase = 'held'
    this.#finishing = args
    try {
      this.#hooks.onEnd()
    } catch (error) {
      // A bad status throws here. The application may still answer with something else.
      if ((this.#phase as string) === 'held') this.#phase = 'open'
      throw error
    }
    if ((this.#phase as string) === 'held') {
      // The store is slow. A response that was released at once needs none of this.
      this.#showFixed()
      if (!('stream' in this.#res)) this.#socket = keepOpen(this.#res.socket)
    }
    return self
  }

  writeHead(self: ServerResponse, args: unknown[]): unknown {
    if (this.#phase === 'passing' || this.#headGone) {
      if (this.#dropLength) this.#res.removeHeader('Content-Length')
      return this.#writeHead.apply(self, args)
    }
    // Node calls this for the headers of a `write` that was passed on.
    if (this.#begun) return this.#handOwnHead(self, args)
    // Older filters look at a private field of Node, and ask for the headers again with each write of theirs.
    if (this.#first && args.length === 1 && !this.alone) return self
    if (this.#fixed) throw headSentError('write')
    setHead(this.#res, args)
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

  /** Pass on the headers, with the cookie that the session needs now. */
  #beginStream(self: ServerResponse): void {
    if (this.#begun) return
    this.#lastByte = new LastByte(this.#res, isWrapped(this.#res, this.#write, this.#end))
    this.changeHead(() => this.#hooks.onHead())
    this.#begun = true
    setStatus(this.#res, this.#status)
    if (this.#explicit) this.#handHead(self)
    if (this.#first) for (const [self, args] of this.#first.take()) this.write(self as ServerResponse, args)
    else this.#watchClose()
  }

  /** Keep a small first write until the turn of the event loop ends: `end` may follow. The headers are fixed, as after any write. */
  #keep(self: ServerResponse, args: unknown[]): boolean {
    if (!(this.#first ?? new FirstWrites()).fits(args)) return false
    if (!this.#first) {
      this.closeHead()
      this.#showFixed()
      this.#watchClose()
      this.#first = new FirstWrites()
    }
    this.#first.keep(self, args, () => {
      try {
        if (this.#phase === 'open') this.#beginStream(this.#res)
      } catch (error) {
        this.#failed(error)
      }
    })
    return true
  }

  #failed(error: unknown): void {
    this.#headGone = this.#res.headersSent
    this.#hooks.onFailure(error)
  }

  #watchClose(): void {
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

  /** Node, or an earlier wrapper, makes the headers of a body that has begun. */
  #handOwnHead(self: ServerResponse, args: unknown[]): unknown {
    this.changeHead(() => this.#hooks.onHead())
    this.#headGone = true
    return this.#writeHead.apply(self, args)
  }

  #fix(): void {
    const res = this.#res
    if (res.statusCode !== undefined) checkStatus(res.statusCode)
    // Only wrappers add headers after this. The object of a WebSocket handshake may lack methods of Node's responses.
    if (isWrapped(this.#res, this.#write, this.#end)) this.#names ??= res.getHeaderNames?.() ?? []
    this.changeHead(() => this.#hooks.onHead())
    if (this.#fixed) return
    this.#fixed = true
    this.#status = [res.statusCode, reasonOf(res)]
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
}
