import type { ServerResponse } from 'node:http'
import onHeaders from 'on-headers'
import { headOf } from './response-head.ts'

/** What the middleware does at the moments of a response that matter to it. */
export interface ResponseHooks {
  /** The head is about to be fixed, or is fixed and may still be changed: the moment for a header. */
  onHead(): void
  /** The application has finished the response. Nothing more of it goes out before `release` or `reopen`. */
  onEnd(): void
}

/** A response whose end is held until the session is safe. */
export interface ResponseGate {
  /** Nobody else is called when the head is fixed. */
  alone(): boolean
  /**
   * Fix the head as it is now, without sending it: from here on `headersSent` is true and a late `setHeader` throws, as after any
   * `end`. One that is fixed and not sent is brought up to date. Throws what Node throws for a bad status or header.
   */
  closeHead(): void
  /** Change headers, also those of a head that is fixed but not sent. Does nothing once it has been sent. */
  changeHead(change: () => void): void
  /** Let the response go: head and body in one write. */
  release(): void
  /** Give the response back to the application as if it had not been finished; false when some of it has been sent. */
  reopen(): boolean
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

/** Watch `res` and hold its end. Copes with responses of HTTP/1 and HTTP/2, and with other patches before and after this one. */
export function gateResponse(res: ServerResponse, hooks: ResponseHooks): ResponseGate {
  const write = res.write as End
  const end = res.end as End
  const head = headOf(res)
  const first = !Object.hasOwn(res, 'writeHead')
  let phase: 'open' | 'held' | 'released' | 'reopened' = 'open'
  let finishing: unknown[] = []
  /** The headers that there were when the head was first fixed. */
  let names: string[] | undefined

  onHeaders(res, () => {
    if (phase === 'reopened') return
    // Where a response is made up, as for the handshake of a WebSocket, it may know less than those of Node.
    names = res.getHeaderNames?.() ?? []
    hooks.onHead()
  })

  const { writeHead } = res

  function gatedWrite(this: unknown, ...args: unknown[]): unknown {
    if (phase === 'held') return false
    if (phase === 'open') head.letGo()
    return write.apply(this, args)
  }

  function gatedEnd(this: unknown, ...args: unknown[]): unknown {
    if (phase === 'reopened') {
      head.letGo()
      return end.apply(this, args)
    }
    if (phase !== 'open') return false
    // Node's own complaint about a body that is none.
    if (!isBody(args[0])) return end.apply(this, args)
    phase = 'held'
    finishing = args
    try {
      hooks.onEnd()
    } catch (error) {
      // The application may answer with something else: a bad status is found here.
      if ((phase as string) !== 'reopened') phase = 'open'
      throw error
    }
    return res
  }

  Object.assign(res, { write: gatedWrite, end: gatedEnd })

  return {
    alone: () => first && res.writeHead === writeHead,
    closeHead() {
      if (head.sent()) return
      if (head.closed()) head.redo(hooks.onHead)
      else head.close(finishing[0], finishing[1])
    },
    changeHead(change) {
      if (head.sent()) return
      if (head.closed()) head.redo(change)
      else change()
    },
    release() {
      phase = 'released'
      head.letGo()
      end.apply(res, finishing)
    },
    reopen() {
      if (head.sent()) return false
      phase = 'reopened'
      head.discard(() => {
        for (const name of ENTITY_HEADERS) if (!names || names.includes(name)) res.removeHeader(name)
      })
      // A filter such as compression has made itself ready: what it makes of the next body has a length of its own.
      if (names && !names.includes('content-encoding') && res.hasHeader('Content-Encoding'))
        onHeaders(res, () => res.removeHeader('Content-Length'))
      res.statusCode = 500
      return true
    },
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
