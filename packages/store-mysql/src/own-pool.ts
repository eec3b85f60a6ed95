import { clearTimeout, setTimeout } from 'node:timers'
import { type MysqlPromiseClient, type MysqlQuery, warnOfLoss } from './client.ts'
import { isRefusal } from './failures.ts'

/** Milliseconds that the pool waits longer than the server's limit. If the server answers in time, the connection can be kept. */
const GRACE = 1000

type Done = (error: unknown, ...result: unknown[]) => void

/** A connection of mysql2, and its socket. */
export interface Member {
  readonly connection: {
    connect(done: (error: unknown) => void): void
    query(query: MysqlQuery, done: Done): unknown
    execute(query: MysqlQuery, done: Done): unknown
    end(done: () => void): unknown
    on(event: 'error', listener: (error: Error) => void): unknown
  }
  readonly socket: { ref(): unknown; unref(): unknown; destroy(): unknown }
}

/** Settings of the pool. Times are in milliseconds. */
export interface OwnPoolSettings {
  readonly max: number
  /** How long to wait for a new or free connection. */
  readonly connectTimeout: number
  /** How long to wait for an answer. */
  readonly queryTimeout: number
  readonly make: () => Member
  /** The first statement on each connection. If the server refuses it, the connection is used all the same. */
  readonly setup: string
}

interface Waiting {
  give(member: Member): void
  fail(error: unknown): void
}

/**
 * A pool that the store makes and ends. Unlike mysql2's own pool, it does not keep the process alive, closes a connection whose answer does
 * not come in time, and limits the wait for a free connection.
 */
export class OwnPool implements MysqlPromiseClient {
  readonly #settings: OwnPoolSettings
  readonly #members = new Set<Member>()
  readonly #idle: Member[] = []
  readonly #waiting = new Set<Waiting>()
  /** How many connections there are, with those that are being made. */
  #count = 0
  #ended = false

  constructor(settings: OwnPoolSettings) {
    this.#settings = settings
  }

  query(query: MysqlQuery): Promise<unknown> {
    return this.#run('query', query)
  }

  execute(query: MysqlQuery): Promise<unknown> {
    return this.#run('execute', query)
  }

  async end(): Promise<void> {
    this.#ended = true
    for (const { fail } of this.#waiting) fail(new Error('Pool is closed'))
    await Promise.all([...this.#members].map(member => this.#endOne(member)))
  }

  async #run(how: 'query' | 'execute', query: MysqlQuery): Promise<unknown> {
    const member = await this.#acquire()
    try {
      const answer = await withLimit(member, how, query, this.#settings.queryTimeout + GRACE)
      this.#release(member)
      return answer
    } catch (error) {
      // An answer that comes later would be taken for that of the next statement.
      if (isRefusal(error)) this.#release(member)
      else this.#drop(member)
      throw error
    }
  }

  #acquire(): Promise<Member> {
    if (this.#ended) return Promise.reject(new Error('Pool is closed'))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.fail(new Error(`No connection was free within ${this.#settings.connectTimeout} ms`))
      }, this.#settings.connectTimeout)
      const settle = () => {
        clearTimeout(timer)
        this.#waiting.delete(waiting)
      }
      const waiting: Waiting = {
        give(member) {
          settle()
          member.socket.ref()
          resolve(member)
        },
        fail(error) {
          settle()
          reject(error)
        },
      }
      const idle = this.#idle.pop()
      if (idle) return waiting.give(idle)
      this.#waiting.add(waiting)
      this.#grow()
    })
  }

  /** Adds a connection, unless there are `max`. The call that waits longest gets it. */
  #grow(): void {
    if (this.#count >= this.#settings.max) return
    this.#count++
    const { make, setup, connectTimeout } = this.#settings
    const member = make()
    this.#members.add(member)
    let ready = false
    const begin = () => {
      ready = true
      this.#release(member)
    }
    const fail = (error: unknown) => this.#failed(member, error)
    member.connection.on('error', error => (ready ? this.#lost(member, error) : fail(error)))
    member.connection.connect(error => {
      if (error) return fail(error)
      withLimit(member, 'query', { sql: setup }, connectTimeout).then(begin, error => {
        if (isRefusal(error)) begin()
        else fail(error)
      })
    })
  }

  /** If a connection cannot be made, the call that waits longest fails. */
  #failed(member: Member, error: unknown): void {
    if (!this.#members.has(member)) return
    const [first] = this.#waiting
    first?.fail(error)
    this.#drop(member)
  }

  #release(member: Member): void {
    if (!this.#members.has(member)) return
    const [first] = this.#waiting
    if (first) return first.give(member)
    member.socket.unref()
    this.#idle.push(member)
  }

  /** If an idle connection breaks, no call fails: the next statement uses another connection. */
  #lost(member: Member, error: Error): void {
    const wasIdle = this.#idle.includes(member)
    this.#drop(member)
    if (wasIdle && !this.#ended) warnOfLoss(error)
  }

  #drop(member: Member): void {
    member.socket.destroy()
    if (!this.#members.delete(member)) return
    this.#count--
    const at = this.#idle.indexOf(member)
    if (at >= 0) this.#idle.splice(at, 1)
    if (this.#waiting.size > 0 && !this.#ended) this.#grow()
  }

  async #endOne(member: Member): Promise<void> {
    member.socket.ref()
    const idle = this.#idle.includes(member)
    this.#members.delete(member)
    // A server that hangs does not answer `end`.
    const timer = setTimeout(() => member.socket.destroy(), idle ? 1000 : 0)
    await new Promise<void>(resolve => {
      member.connection.on('error', () => resolve())
      member.connection.end(() => resolve())
      setTimeout(resolve, 1000).unref()
    })
    clearTimeout(timer)
    member.socket.destroy()
  }
}

/** Runs a statement with a time limit. mysql2's own limit does not include preparing the statement. */
function withLimit(
  { connection }: Member,
  how: 'query' | 'execute',
  query: MysqlQuery,
  limit: number,
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timeoutError(limit)), limit)
    connection[how](query, (error, ...result) => {
      clearTimeout(timer)
      if (error) reject(error)
      else resolve(result)
    })
  })
}

/** An error with the code of mysql2's own time limit. */
function timeoutError(limit: number): Error {
  const error = new Error(`No answer came within ${limit} ms`)
  return Object.assign(error, { code: 'PROTOCOL_SEQUENCE_TIMEOUT', syscall: 'query' })
}
