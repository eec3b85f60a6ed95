import type { ServerResponse } from 'node:http'
import onHeaders from 'on-headers'

/** What the middleware does at the two moments of a response that matter to it. */
export interface ResponseHooks {
  /** The head is about to be written: the last moment for a header. Called once. */
  onHead(): void
  /** The application has finished the response. Nothing more of it goes out before `release` or `reopen`. */
  onEnd(): void
}

/** A response whose end is held until the session is safe. */
export interface ResponseGate {
  /**
   * Fix the head as it is now, without sending it: from here on `headersSent` is true and a late `setHeader` throws, as after any
   * `end`. Throws what Node throws for a bad status or header.
   */
  closeHead(): void
  /** Change headers of a head that is fixed but not sent. Does nothing once it has been sent. */
  changeHead(change: () => void): void
  /** Let the response go: head and body in one write. */
  release(): void
  /** Give the response back to the application as if it had not been finished; false when some of it has been sent. */
  reopen(): boolean
}

/** Headers that describe the abandoned response and would be wrong on the one that takes its place. */
const ENTITY_HEADERS = [
  'Content-Length',
  'Content-Type',
  'Content-Encoding',
  'Content-Range',
  'Content-Disposition',
  'Transfer-Encoding',
  'Cache-Control',
  'ETag',
  'Last-Modified',
  'Location',
]

/** Parts of Node's HTTP/1 response that have no public name, the same in every version since 4. */
interface Http1Response extends ServerResponse {
  _header: string | null
  _headerSent: boolean
  _implicitHeader(): void
  _contentLength: number | null
  _hasBody: boolean
}

type End = (...args: unknown[]) => unknown

/** Watch `res` and hold its end. Copes with responses of HTTP/1 and HTTP/2, and with other patches before and after this one. */
export function gateResponse(res: ServerResponse, hooks: ResponseHooks): ResponseGate {
  const write = res.write as End
  const end = res.end as End
  const head = 'stream' in res ? http2Head(res) : http1Head(res as Http1Response)
  onHeaders(res, () => {
    if (phase !== 'reopened') hooks.onHead()
  })
  let phase: 'open' | 'held' | 'released' | 'reopened' = 'open'
  let finishing: unknown[] = []

  function gatedWrite(this: unknown, ...args: unknown[]): unknown {
    if (phase === 'held') return false
    if (phase === 'open') head.beforeWrite()
    return write.apply(this, args)
  }

  function gatedEnd(this: unknown, ...args: unknown[]): unknown {
    if (phase === 'reopened') return end.apply(this, args)
    if (phase !== 'open') return false
    // Node's own complaint about a body that is none.
    if (!isBody(args[0])) return end.apply(this, args)
    phase = 'held'
    finishing = args
    try {
      hooks.onEnd()
    } catch (error) {
      if (phase === 'held') phase = 'open'
      throw error
    }
    return res
  }

  Object.assign(res, { write: gatedWrite, end: gatedEnd })

  return {
    closeHead() {
      head.close(finishing[0], finishing[1])
    },
    changeHead(change) {
      if (!head.sent()) head.redo(change)
    },
    release() {
      phase = 'released'
      head.beforeWrite()
      end.apply(res, finishing)
    },
    reopen() {
      if (head.sent()) return false
      phase = 'reopened'
      head.discard()
      for (const name of ENTITY_HEADERS) res.removeHeader(name)
      res.statusCode = 500
      return true
    },
  }
}

/** How the head of a response is fixed, changed and taken back while it has not been sent. */
interface Head {
  sent(): boolean
  close(chunk: unknown, encoding: unknown): void
  redo(change: () => void): void
  discard(): void
  beforeWrite(): void
}

function http1Head(res: Http1Response): Head {
  return {
    sent: () => res._headerSent === true,
    close(chunk, encoding) {
      if (res._header || !res._implicitHeader) return
      // As `end` does when it writes the head itself: this is what becomes the Content-Length.
      res._contentLength = byteLength(chunk, encoding)
      res._implicitHeader()
    },
    redo(change) {
      res._header = null
      change()
      res._implicitHeader()
    },
    discard() {
      res._header = null
      res._contentLength = null
      res._hasBody = res.req?.method !== 'HEAD'
      res.chunkedEncoding = false
      res.statusMessage = undefined as unknown as string
    },
    beforeWrite() {},
  }
}

/** HTTP/2 sends the head on `writeHead`, so that is put off until the body goes. */
function http2Head(res: ServerResponse): Head {
  const { writeHead, flushHeaders } = res
  let closed = false
  const close = () => {
    if (!closed && !res.headersSent) res.writeHead(res.statusCode)
  }
  res.writeHead = function putOff(status: number) {
    closed = true
    res.statusCode = status
    return res
  } as typeof writeHead
  res.flushHeaders = () => {
    close()
    res.writeHead = writeHead
    flushHeaders.call(res)
  }
  return {
    sent: () => res.headersSent,
    close,
    redo: change => change(),
    discard() {},
    beforeWrite: close,
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

function byteLength(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0
}
