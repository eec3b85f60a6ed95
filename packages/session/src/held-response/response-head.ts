import type { ServerResponse } from 'node:http'
import { nextTick } from '../calls/timers.ts'
import { PAGE_HEADERS } from '../errors.ts'

/** The arguments of `writeHead`: a status, perhaps a reason, and perhaps headers. */
interface HeadArguments {
  readonly status: number
  readonly reason: string | undefined
  readonly headers: unknown
}

function headArguments(args: readonly unknown[]): HeadArguments {
  const [status, second, third] = args
  const reason = typeof second === 'string' ? second : undefined
  return { status: status as number, reason, headers: reason === undefined ? (third ?? second) : third }
}

/** Do what `writeHead` does with these arguments, but send nothing. */
export function setHead(res: ServerResponse, args: readonly unknown[]): void {
  const { status, reason, headers } = headArguments(args)
  // A WebSocket handshake calls it without a status, on an object that is no response of Node.
  if (args.length > 0) {
    checkStatus(status)
    setHeaders(res, headers)
    res.statusCode = status
  }
  if (reason !== undefined) res.statusMessage = reason
}

/** Throws the error of Node's `writeHead` when `status` is not a status. */
export function checkStatus(status: unknown): void {
  const code = Number(status) | 0
  if (code >= 100 && code <= 999) return
  throw Object.assign(new RangeError(`Invalid status code: ${status}`), {
    code: 'ERR_HTTP_INVALID_STATUS_CODE',
  })
}

/** Set the headers that `writeHead` was given: an object, an array of pairs, or a flat array of names and values. */
function setHeaders(res: ServerResponse, headers: unknown): void {
  if (typeof headers !== 'object' || headers === null) return
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value)
    return
  }
  const pairs = Array.isArray(headers[0]) ? (headers as [string, string][]) : inPairs(headers)
  for (const [name] of pairs) res.removeHeader(name)
  for (const [name, value] of pairs) appendHeader(res, name, value)
}

function inPairs(list: readonly string[]): [string, string][] {
  if (list.length % 2 !== 0) {
    throw Object.assign(new TypeError('The argument headers is invalid'), { code: 'ERR_INVALID_ARG_VALUE' })
  }
  return Array.from({ length: list.length / 2 }, (_, i) => [list[i * 2] as string, list[i * 2 + 1] as string])
}

function appendHeader(res: ServerResponse, name: string, value: string): void {
  const before = res.getHeader(name)
  res.setHeader(name, before === undefined ? value : ([before, value].flat() as string[]))
}

/** Node's error for a header that is set too late. */
export function headSentError(action: string): Error {
  const error = new Error(`Cannot ${action} headers after they are sent to the client`)
  return Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' })
}

/** Answer a write after `end` as Node does. */
export function writeAfterEnd(args: readonly unknown[]): false {
  const error = Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' })
  const callback = callbackIn(args)
  if (callback) nextTick(callback, error)
  return false
}

/** Answer a second `end` as Node does. */
export function endAgain(res: ServerResponse, args: readonly unknown[]): false {
  const callback = callbackIn(args)
  if (callback && res.writableFinished) nextTick(callback)
  else if (callback) res.once('finish', callback)
  return false
}

function callbackIn(args: readonly unknown[]): ((error?: Error) => void) | undefined {
  return args.find(argument => typeof argument === 'function') as ((error?: Error) => void) | undefined
}

/** Whether Node accepts this as an argument of `end` in the place of the body. */
export function isBody(chunk: unknown): boolean {
  return (
    chunk === undefined ||
    chunk === null ||
    typeof chunk === 'string' ||
    typeof chunk === 'function' ||
    chunk instanceof Uint8Array
  )
}

/** The status message that was set. HTTP/2 has none, and reading it there emits a warning. */
export function reasonOf(res: ServerResponse): string | undefined {
  return 'stream' in res ? undefined : res.statusMessage || undefined
}

/** The status when the headers were fixed, and its message. */
export type Status = readonly [code: number, reason: string | undefined]

/** Set it again: one that was assigned after `end`, or after a write, does not count. */
export function setStatus(res: ServerResponse, status: Status | undefined): void {
  if (!status) return
  res.statusCode = status[0]
  if (status[1] !== undefined || reasonOf(res)) res.statusMessage = status[1] as string
}

/**
 * Remove the entity headers among `names`; all that are set if `names` is not known. Node notes a removal of a header that is not set, and
 * then sends the next body without a length.
 */
export function removeEntityHeaders(res: ServerResponse, names: readonly string[] | undefined): void {
  for (const name of PAGE_HEADERS) {
    if (names ? names.includes(name) : res.hasHeader(name)) res.removeHeader(name)
  }
}
