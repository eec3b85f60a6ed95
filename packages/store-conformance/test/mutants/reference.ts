import type { EventEmitter } from 'node:events'
import session from 'express-session'
import { after } from '../../src/values/patience.ts'
import type { Client, Row } from './database.ts'
import { failure, tell } from './told.ts'

export type Callback = (error?: unknown, value?: unknown) => void
/** A session of whatever shape. */
// biome-ignore lint/suspicious/noExplicitAny: mutants take sessions apart in every way
export type Data = any

const loaded = Symbol.for('coatcheck.loaded')
const day = 86_400_000

/** The lifetime that a read is to start anew: milliseconds, or `null` for that of the store. */
export type Renew = number | null

/** Its types know less than its authors: `get` takes further arguments and `set` any session. */
const Store = session.Store as unknown as new () => EventEmitter

export interface ReferenceOptions {
  client: Client
  prefix: string
  ttlMs?: number | undefined
  /** Whether owners are kept. */
  owner?: string | undefined
}

export interface Owned {
  readonly sid: string
  readonly row: Row
  readonly session: Data
}

/** A session in the list of an owner. */
export interface Told {
  readonly sid: string
  readonly session: Data
  readonly createdAt: Date | undefined
  readonly touchedAt: Date
}

/**
 * A sound store, made to be broken in one place by a mutant. Public methods speak callbacks and promises through
 * `answer`; the work is done by the hooks with an underscore, promises only; small decisions have a method each.
 */
export class ReferenceStore extends Store {
  readonly client: Client
  readonly prefix: string
  readonly ttlMs: number
  readonly owner: string | undefined
  closed = false

  constructor({ client, prefix, ttlMs, owner }: ReferenceOptions) {
    super()
    this.client = client
    this.prefix = prefix
    this.ttlMs = ttlMs ?? day
    this.owner = owner
  }

  get(sid: string, callback?: Callback, options?: { renew?: Renew }): unknown {
    return this.answer(() => this.about(sid, () => this._get(sid, options?.renew)), callback)
  }

  set(sid: string, session: Data, callback?: Callback): unknown {
    return this.answer(() => this.about(sid, () => this._set(sid, session)), callback)
  }

  touch(sid: string, session: Data, callback?: Callback): unknown {
    return this.answer(() => this.about(sid, () => this._touch(sid, session)), callback)
  }

  insert(sid: string, session: Data, callback?: Callback): unknown {
    return this.answer(() => this.about(sid, () => this._insert(sid, this.row(session))), callback)
  }

  exchange(
    old: string,
    sid: string,
    session: Data,
    options?: { required?: boolean },
    callback?: Callback,
  ): unknown {
    const required = options?.required ?? false
    const work = () => this._exchange(old, sid, this.row(session), required)
    return this.answer(() => this.about(old, () => this.about(sid, work)), callback)
  }

  destroy(sid: string, callback?: Callback): unknown {
    return this.answer(() => this.about(sid, () => this._destroy(sid)), callback)
  }

  all(callback?: Callback): unknown {
    return this.answer(() => this._all(), callback)
  }

  length(callback?: Callback): unknown {
    return this.answer(() => this._length(), callback)
  }

  clear(callback?: Callback): unknown {
    return this.answer(() => this._clear(), callback)
  }

  prune(callback?: Callback): unknown {
    return this.answer(() => this._prune(), callback)
  }

  close(callback?: Callback): unknown {
    return this.answer(async () => this._close(), callback, true)
  }

  async *entries(): AsyncGenerator<[string, Data]> {
    for (const { sid, session } of await this.live()) yield [sid, session]
  }

  async *ids(): AsyncGenerator<string> {
    for (const { sid } of await this.live()) yield sid
  }

  async *sessionsOf(owner: string): AsyncGenerator<Told> {
    const sessions = (await this._owned(owner)).map(found => this._told(found))
    yield* sessions.sort((a, b) => Number(b.createdAt ?? b.touchedAt) - Number(a.createdAt ?? a.touchedAt))
  }

  async countOf(owner: string): Promise<number> {
    return (await this._owned(owner)).length
  }

  async destroyAllOf(owner: string, options: { except?: string | string[] } = {}): Promise<number> {
    const kept = new Set([options.except ?? []].flat())
    const results: unknown[] = []
    for (const { sid } of await this._owned(owner)) if (!kept.has(sid)) results.push(await this._destroy(sid))
    return results.filter(Boolean).length
  }

  /** Runs the work and answers once, later, and outside of any try. */
  answer(work: () => Promise<unknown>, callback?: Callback, afterClose = false): unknown {
    const promise =
      this.closed && !afterClose ? Promise.reject(new Error('the store is closed')) : this.limited(work())
    if (!callback) {
      promise.catch(() => {})
      return promise
    }
    promise.then(
      value => process.nextTick(callback, null, value),
      error => process.nextTick(callback, error),
    )
    return undefined
  }

  /** A sid that is no string names no session. */
  async about(sid: unknown, work: () => Promise<unknown>): Promise<unknown> {
    if (typeof sid !== 'string') throw new TypeError('the sid must be a string')
    return work()
  }

  /** An error when the backend does not answer in time; what a busy machine takes is not the backend's. */
  async limited<T>(work: Promise<T>): Promise<T> {
    let stop = (): void => {}
    const timeout = new Promise<never>((_, reject) => {
      stop = after(1500, () => reject(new Error('the backend did not answer')))
    })
    return Promise.race([work, timeout]).finally(() => stop())
  }

  async _get(sid: string, renew?: Renew): Promise<Data> {
    if (renew !== undefined) return this._renew(sid, renew)
    const row = await this.client.read(this.key(sid))
    return row && this.alive(row) ? this.open(sid, row) : undefined
  }

  /** Reads the session, and starts its lifetime anew in the same step if it is this one. */
  async _renew(sid: string, renew: Renew): Promise<Data> {
    const change = this.expiry({ cookie: { maxAge: renew } })
    try {
      const found = await this.client.readAndUpdate(this.key(sid), this.beginning(renew), change)
      return found && tell(this.open(sid, found.row), found.updated)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'READONLY') throw error
      return this._get(sid)
    }
  }

  async _set(sid: string, session: Data): Promise<void> {
    const row = this.row(session)
    const mark = session[loaded] as { sid: string; text: string; compare: boolean } | undefined
    if (mark?.sid !== sid) return this.client.write(this.key(sid), row)
    const result = await this._update(sid, row, mark.compare ? mark.text : undefined)
    if (result !== 'updated') throw failure(result)
    mark.text = row.text
  }

  async _update(sid: string, row: Row, expected?: string): Promise<'updated' | 'changed' | 'missing'> {
    return this.client.update(this.key(sid), row, expected)
  }

  async _insert(sid: string, row: Row): Promise<boolean> {
    return this.client.insert(this.key(sid), row, old => !this.alive(old))
  }

  async _exchange(old: string, sid: string, row: Row, required: boolean): Promise<boolean> {
    const alive = (found: Row): boolean => this.alive(found)
    return this.endSuccessor(await this.client.exchange(this.key(old), this.key(sid), row, required, alive))
  }

  async _touch(sid: string, session: Data): Promise<void> {
    const { expires, fromCookie } = this.expiry(session)
    await this.client.update(this.key(sid), { expires, fromCookie })
  }

  async _destroy(sid: string): Promise<unknown> {
    const row = await this.client.take(this.key(sid))
    return this.endSuccessor(row && this.alive(row) ? row : undefined)
  }

  /** Ends the session to which a removed row redirects. Tells whether there was one. */
  async endSuccessor(row: Row | undefined): Promise<boolean> {
    const successor = row && /"coatcheck\.redirect":\{"to":"([^"]*)"/.exec(row.text)?.[1]
    if (successor) await this._destroy(successor)
    return row !== undefined
  }

  /** The live sessions of an owner. */
  async _owned(owner: string): Promise<Owned[]> {
    return (await this._found()).filter(({ session }) => session.owner === owner)
  }

  /** The live sessions of the store, with their rows. */
  async _found(): Promise<Owned[]> {
    return (await this.rows()).map(([key, row]) => {
      const sid = key.slice(this.start().length)
      return { sid, row, session: this.open(sid, row) }
    })
  }

  _told({ sid, row, session }: Owned): Told {
    const created = Number.parseInt(session['coatcheck.lifespan'], 10)
    const createdAt = Number.isNaN(created) ? undefined : new Date(created)
    return { sid, session, createdAt, touchedAt: new Date(row.expires - session.cookie.originalMaxAge) }
  }

  async _all(): Promise<unknown> {
    return (await this.live()).map(({ sid, session }) => ({ sid, session }))
  }

  async _length(): Promise<unknown> {
    return (await this.rows()).length
  }

  async _clear(): Promise<void> {
    await this.client.removeAll(this.start())
  }

  async _prune(): Promise<number> {
    return this.client.removeAll(this.start(), row => !this.alive(row))
  }

  async _close(): Promise<void> {
    this.closed = true
  }

  /** What all keys of this store begin with; the length keeps prefixes and sids from running together. */
  start(): string {
    return `${this.prefix.length}:${this.prefix}`
  }

  key(sid: string): string {
    return this.start() + sid
  }

  /** What the text of a session of this lifetime begins with. */
  beginning(renew: Renew): string {
    return `{"cookie":{"originalMaxAge":${renew},`
  }

  row(session: Data): Row {
    return { text: this.serialize(session), ...this.expiry(session) }
  }

  serialize(session: Data): string {
    return JSON.stringify(session)
  }

  parse(text: string): Data {
    const session: Data = parsed(text)
    if (!session || typeof session !== 'object' || Array.isArray(session)) throw damaged()
    session.cookie ??= { originalMaxAge: null, expires: null }
    if (typeof session.cookie !== 'object') throw damaged()
    return session
  }

  alive(row: Row): boolean {
    return row.expires > Date.now()
  }

  /** When this session ends: as its cookie says, else after the default lifetime. */
  expiry(session: Data): Pick<Row, 'expires' | 'fromCookie'> {
    const { expires, maxAge } = session.cookie ?? {}
    const at =
      expires instanceof Date
        ? expires.getTime()
        : typeof expires === 'string'
          ? Date.parse(expires)
          : Number.NaN
    if (!Number.isNaN(at)) return { expires: at, fromCookie: true }
    const ms = typeof maxAge === 'number' && !Number.isNaN(maxAge) ? maxAge : undefined
    return { expires: Date.now() + (ms ?? this.ttlMs), fromCookie: ms !== undefined }
  }

  /** The session of a row, with its current expiry and, under the symbol, what a conditional update compares. */
  open(sid: string, row: Row): Data {
    const session = this.parse(row.text)
    if (row.fromCookie) session.cookie.expires = new Date(row.expires).toISOString()
    return Object.defineProperty(session, loaded, { value: { sid, text: row.text, compare: true } })
  }

  /** The live rows of this store. */
  async rows(): Promise<[string, Row][]> {
    return (await this.client.scan(this.start())).filter(([, row]) => this.alive(row))
  }

  async live(): Promise<{ sid: string; session: Data }[]> {
    return (await this.rows()).flatMap(([key, row]) => {
      const sid = key.slice(this.start().length)
      try {
        return [{ sid, session: this.open(sid, row) }]
      } catch {
        return []
      }
    })
  }
}

// That its exchange() does what its destroy() and set() would.
Object.defineProperty(ReferenceStore.prototype.exchange, Symbol.for('coatcheck.standsFor'), {
  value: { destroy: ReferenceStore.prototype.destroy, set: ReferenceStore.prototype.set },
})

// That its get() renews as its touch() would.
Object.defineProperty(ReferenceStore.prototype.get, Symbol.for('coatcheck.standsFor'), {
  value: { touch: ReferenceStore.prototype.touch },
})

function parsed(text: string): Data {
  try {
    return JSON.parse(text)
  } catch {
    throw damaged()
  }
}

/** Not the error of JSON.parse, which quotes the text. */
const damaged = (): Error => new Error('the stored session is damaged')
