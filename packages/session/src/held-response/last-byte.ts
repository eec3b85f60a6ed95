import type { ServerResponse } from 'node:http'

/** A write whose last byte is held back. */
export interface Split {
  /** The arguments of the write now; `undefined` when there is nothing to write now. */
  readonly now: unknown[] | undefined
  /** The arguments of the write that completes the body. */
  readonly later: unknown[]
  /** A callback of the application that neither write calls. */
  readonly answer: (() => void) | undefined
}

/**
 * A client has the whole response when it has as many bytes as Content-Length says, even if `end` was not called. So the last byte is
 * held back until the session is saved.
 */
export class LastByte {
  readonly #length: number
  readonly #wrapped: boolean
  #written = 0

  /** `wrapped`: an earlier wrapper reads the body, and may not accept a part of a character. */
  constructor(res: ServerResponse, wrapped: boolean) {
    this.#wrapped = wrapped
    const length = res.getHeader('Content-Length')
    this.#length = length === undefined || res.req?.method === 'HEAD' ? Number.NaN : Number(length)
  }

  /** Split the write that would complete the body. */
  split(args: readonly unknown[]): Split | undefined {
    if (Number.isNaN(this.#length)) return undefined
    const [chunk, ...rest] = args
    const bytes = bytesOf(chunk, rest[0])
    if (!bytes) return undefined
    const before = this.#written
    this.#written += bytes.length
    if (bytes.length === 0 || before >= this.#length || this.#written < this.#length) return undefined
    const callback = rest.find(argument => typeof argument === 'function')
    // Called now: an application that waits for it before `end` would wait for ever, if the held write called it.
    const answer = callback as (() => void) | undefined
    const last = bytes.length - 1
    if (this.#wrapped || last === 0) {
      return { now: undefined, later: args.filter(argument => argument !== callback), answer }
    }
    const now = [bytes.subarray(0, last), ...(callback ? [callback] : [])]
    return { now, later: [bytes.subarray(last)], answer: undefined }
  }
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array | undefined {
  if (typeof chunk === 'string') {
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  }
  return chunk instanceof Uint8Array ? chunk : undefined
}
