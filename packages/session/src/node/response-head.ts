import type { ServerResponse } from 'node:http'

/** How the head of a response is fixed, changed and taken back while it has not been sent. */
export interface Head {
  /** Fixed, by the application or by `close`. */
  readonly closed: boolean
  /** On its way to the client: nothing can be changed any more. */
  readonly sent: boolean
  /** Fix it. The body, as it was given to `end`, tells the length. */
  close(chunk: unknown, encoding: unknown): void
  /** Fix it again with changed headers. */
  redo(change: () => void): void
  /** Take it back: the response is as if it had not been begun. */
  discard(change: () => void): void
  /** What is written from here on may take the head with it. */
  letGo(): void
}

export function headOf(res: ServerResponse): Head {
  const http2 = 'stream' in res && !('_implicitHeader' in res)
  return http2 ? new Http2Head(res as Http2Response) : new Http1Head(res as Http1Response)
}

/** Parts of Node's HTTP/1 response that have no public name, the same in every version since 8. */
interface Http1Response extends ServerResponse {
  _header: string | null
  _headerSent: boolean
  _implicitHeader(): void
  _contentLength: number | null
  _hasBody: boolean
  _removedContLen: boolean
  _removedTE: boolean
}

/** As far as the two protocols' responses differ. */
interface Http2Response extends ServerResponse {
  stream?: { headersSent: boolean }
}

class Http1Head implements Head {
  readonly #res: Http1Response

  constructor(res: Http1Response) {
    this.#res = res
  }

  get closed(): boolean {
    return Boolean(this.#res._header)
  }

  get sent(): boolean {
    return this.#res._headerSent === true
  }

  close(chunk: unknown, encoding: unknown): void {
    const res = this.#res
    if (!res._implicitHeader) return
    // As `end` does when it writes the head itself: this is what becomes the Content-Length.
    res._contentLength = byteLength(chunk, encoding)
    res._implicitHeader()
  }

  redo(change: () => void): void {
    this.#res._header = null
    change()
    this.#res._implicitHeader()
  }

  discard(change: () => void): void {
    const res = this.#res
    res._header = null
    change()
    res._contentLength = null
    res._hasBody = res.req?.method !== 'HEAD'
    // Node remembers that these were removed, and would end the connection for want of a length.
    res._removedContLen = false
    res._removedTE = false
    res.chunkedEncoding = false
    res.statusMessage = undefined as unknown as string
  }

  letGo(): void {}
}

/** HTTP/2 sends the head on `writeHead`, so that is put off until the body goes. */
class Http2Head implements Head {
  readonly #res: Http2Response
  #closed = false
  #mayGo = false

  constructor(res: Http2Response) {
    this.#res = res
    const { writeHead, flushHeaders } = res
    res.writeHead = ((status: number) => {
      if (this.#mayGo) return writeHead.call(res, status)
      this.#closed = true
      res.statusCode = status
      return res
    }) as typeof writeHead
    res.flushHeaders = () => {
      this.#mayGo = true
      flushHeaders.call(res)
    }
    Object.defineProperty(res, 'headersSent', { get: () => this.closed || this.sent, configurable: true })
  }

  get closed(): boolean {
    return this.#closed
  }

  get sent(): boolean {
    return this.#res.stream?.headersSent === true
  }

  close(): void {
    this.#res.writeHead(this.#res.statusCode)
  }

  redo(change: () => void): void {
    change()
  }

  discard(change: () => void): void {
    this.#closed = false
    change()
  }

  letGo(): void {
    this.#mayGo = true
  }
}

function byteLength(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0
}
