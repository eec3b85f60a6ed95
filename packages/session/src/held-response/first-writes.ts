import { clearImmediate, setImmediate } from '../calls/timers.ts'

/** How many bytes of a body are kept at most. */
const SMALL = 16_384

/** A call of `write`: its `this`, and its arguments. */
type Write = readonly [self: unknown, args: unknown[]]

/**
 * The first small writes of a response, kept until the turn of the event loop ends. If `end` follows in the same turn, the response is no
 * stream: frameworks that answer in pieces write a page or a redirect, and end it at once.
 */
export class FirstWrites {
  #kept: Write[] = []
  #bytes = 0
  #timer: NodeJS.Immediate | undefined

  get empty(): boolean {
    return this.#kept.length === 0
  }

  /** Whether a write with these arguments can be kept. Node has to see what it does not accept, and an empty chunk, which sends the headers. */
  fits([chunk, encoding]: readonly unknown[]): boolean {
    if (typeof encoding === 'string' && !Buffer.isEncoding(encoding)) return false
    const bytes = sizeOf(chunk)
    return bytes > 0 && this.#bytes + bytes <= SMALL
  }

  /** Keep a write that fits. `yielded` is called when the turn has ended, unless `take` was called before. */
  keep(self: unknown, args: unknown[], yielded: () => void): void {
    this.#kept.push([self, args])
    this.#bytes += sizeOf(args[0])
    this.#timer ??= setImmediate(yielded)
  }

  /** What was kept. It is not kept any longer. */
  take(): Write[] {
    const kept = this.#kept
    if (this.#timer) clearImmediate(this.#timer)
    this.#timer = undefined
    this.#kept = []
    return kept
  }
}

/** The bytes of a chunk; 0 of what is none. */
function sizeOf(chunk: unknown): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk)
  return chunk instanceof Uint8Array ? chunk.byteLength : 0
}
