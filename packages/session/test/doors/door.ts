import '../support/silence.ts'
import type { RecordStore } from '@coatcheck/session'

/** What a behaviour does with a session, whatever the door: its data, and the methods that return promises. */
export interface AnySession {
  [key: string]: unknown
  readonly id: string
  cookie: { maxAge: number | null; originalMaxAge: number | null }
  save(): Promise<void>
  reload(): Promise<void>
  regenerate(options?: object): Promise<void>
  destroy(): Promise<void>
}

/** A request as a handler of the behaviours sees it. */
export interface Exchange {
  readonly path: string
  /** Reads the session that is in place; `null` puts an end to it. */
  session: AnySession | null | undefined
}

/** What a handler answers with. */
export interface Reply {
  status?: number
  headers?: Record<string, string | string[]>
  /** Several parts are streamed. */
  body?: string | string[]
  redirect?: string
}

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>

/** What the client got. */
export interface Got {
  status: number
  text: string
  setCookie: string[]
  location: string | null
  headers: Headers
}

/** Options that both doors take. */
export interface DoorOptions {
  store: RecordStore | ((origin: unknown) => RecordStore)
  [option: string]: unknown
}

/** What a client sends. */
export interface Sent {
  cookie?: string | undefined
  method?: string
  headers?: Record<string, string>
}

export interface App {
  request(path?: string, how?: Sent): Promise<Got>
}

/** One way to use sessions: `session.strict()` on `node:http`, `createSessions()`, or an adapter of a framework. */
export interface Door {
  readonly name: string
  /** A header of what functions of the request are given. */
  header(origin: unknown, name: string): string | null | undefined
  start(handler: Handler, options: DoorOptions): Promise<App>
}

/** The `Cookie` header of a client that has got this answer. */
export function cookieOf({ setCookie }: Got, before = ''): string {
  const value = setCookie.find(line => line.startsWith('connect.sid='))
  return value ? (value.split(';')[0] as string) : before
}
