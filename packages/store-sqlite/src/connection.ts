import { inTransaction, type SqliteClient, singleValue } from './client.ts'
import { failureOf, isLocked, unavailable } from './failures.ts'
import { FileOnDisk } from './file-on-disk.ts'
import { layoutOf } from './layout.ts'
import { isLibsql, LibsqlClient } from './libsql.ts'
import { type OpenedFile, setUp } from './open-file.ts'
import { pause, pauseBefore } from './pause.ts'
import { createSchema, prepare, quote, type Statements } from './statements.ts'

/** Milliseconds to wait for a lock, if neither the options nor the client have a value. */
const DEFAULT_BUSY_TIMEOUT = 5000

/** Milliseconds after which a read checks again whether the file is still there. */
const LOOK_INTERVAL = 1000

/** How a connection was made. */
export interface Origin {
  /** Milliseconds to wait for a lock. Default: the client's own. */
  readonly busyTimeout?: number | undefined
  /** Whether the file was set up already. Default `true`. */
  readonly isReady?: boolean | undefined
  /** Whether the store keeps owners. Default `false`. */
  readonly owners?: boolean | undefined
  /** The identity of the file when it was opened, as `idOf` returns it. */
  readonly id?: string | undefined
  /** Opens the file at the same path again. Without it the connection belongs to the caller. */
  readonly reopen?: (() => OpenedFile) | undefined
}

/** Everything that is prepared once for a client. */
interface Prepared {
  readonly sql: Statements
  begin(): void
  commit(): void
  /** `undefined` for a database in memory. */
  readonly file: FileOnDisk | undefined
  /** Milliseconds that the client itself waits for a lock, which blocks the process. */
  readonly ownTimeout: number
  /** Whether reads may find the file locked. */
  readonly readsMeetLocks: boolean
}

/**
 * The connection to the file, and its statements. It never blocks the process to wait for a lock: when the file is locked, timers try
 * again.
 */
export class Connection {
  readonly #table: string
  readonly #origin: Origin
  #client: SqliteClient
  #isReady: boolean
  #prepared: Prepared | undefined
  #busyTimeout = DEFAULT_BUSY_TIMEOUT
  #nextLook = 0
  #warned = false
  /** Whether a transaction of the store, not of the app, is open. Then `rollback()` has failed, or work is going on in it. */
  #began = false

  constructor(client: SqliteClient, table: string, origin: Origin) {
    this.#client = isLibsql(client) ? new LibsqlClient(client) : client
    this.#table = table
    this.#origin = origin
    this.#isReady = origin.isReady ?? true
  }

  get client(): SqliteClient {
    return this.#client
  }

  /** Milliseconds to wait for a lock. */
  get busyTimeout(): number {
    return this.#busyTimeout
  }

  get sql(): Statements {
    return (this.#prepared as Prepared).sql
  }

  /** Whether a single write also needs `begin()`. */
  get beginsAlways(): boolean {
    return this.#client instanceof LibsqlClient
  }

  /** Begins a transaction that may write. */
  begin(): void {
    // Set first, because a failure does not tell whether the transaction has begun.
    this.#began = true
    this.#prepared?.begin()
  }

  commit(): void {
    this.#prepared?.commit()
    this.#began = false
  }

  /** Undoes what `begin()` began. Does nothing if no transaction of the store is open. */
  rollback(): void {
    if (!this.#began) return
    try {
      if (inTransaction(this.#client)) this.#client.exec('ROLLBACK')
    } finally {
      this.#began = inTransaction(this.#client) ?? false
    }
  }

  /** Set up the file if needed, create the table if it does not exist, and prepare the statements. */
  async open(): Promise<void> {
    const own = Number(singleValue(this.#client, 'PRAGMA busy_timeout') ?? 0)
    this.#busyTimeout = this.#origin.busyTimeout ?? (own || DEFAULT_BUSY_TIMEOUT)
    this.#prepared = await this.#untilFree(() => {
      return withoutWaiting(this.#client, own, () => {
        if (!this.#isReady) setUp(this.#client)
        this.#isReady = true
        return prepared(this.#client, this.#table, own, this.#origin)
      })
    })
  }

  /** Close the client, unless it belongs to the caller. */
  close(): void {
    try {
      this.rollback()
    } catch {
      // The lock ends with the client.
    }
    if (this.#origin.reopen) this.#client.close()
  }

  /** Read now. Returns a promise only if the file is locked: it tries again until `busyTimeout` is over. */
  read<T>(work: (sql: Statements) => T): T | Promise<T> {
    try {
      return this.#readNow(work)
    } catch (error) {
      if (!isLocked(error)) throw failureOf(error, this.#busyTimeout)
      return this.#untilFree(() => this.#readNow(work))
    }
  }

  /** Write now, to the file that is at the path. Throws when it is locked. */
  write<T>(work: () => T): T {
    return withoutWaiting(this.#client, this.#prepared?.ownTimeout ?? 0, () => {
      this.#check()
      this.rollback()
      const client = this.#client
      if (client instanceof LibsqlClient && client.inTransaction) client.takeLock(quote(this.#table))
      return work()
    })
  }

  #readNow<T>(work: (sql: Statements) => T): T {
    this.#look()
    this.rollback()
    const { sql, ownTimeout, readsMeetLocks } = this.#prepared as Prepared
    if (ownTimeout === 0 || !readsMeetLocks) return work(sql)
    return withoutWaiting(this.#client, ownTimeout, () => work(sql))
  }

  async #untilFree<T>(work: () => T): Promise<T> {
    const end = performance.now() + this.#busyTimeout
    for (let attempt = 1; ; attempt++) {
      try {
        return work()
      } catch (error) {
        if (!isLocked(error) || performance.now() >= end) throw failureOf(error, this.#busyTimeout)
        await pause(Math.min(pauseBefore(attempt), end - performance.now()))
      }
    }
  }

  /** Check the file once in a while. That is enough, because a read of a missing file does no harm. */
  #look(): void {
    if (!this.#origin.reopen || performance.now() < this.#nextLook) return
    this.#nextLook = performance.now() + LOOK_INTERVAL
    this.#check()
  }

  /** Check whether the file was deleted or replaced. If the store has opened it, open it again. Otherwise throw. */
  #check(): void {
    const file = this.#prepared?.file
    const change = file?.changed()
    if (!file || !change) return
    const { reopen } = this.#origin
    if (reopen) {
      this.#openAgain(file, reopen)
      this.#warn(
        `The SQLite file "${file.path}" was ${change} while the store had it open. The store continues with the file that is there now. The sessions in the old file are lost.`,
      )
    } else {
      const message = `The SQLite file "${file.path}" was ${change} while the store had it open. Nothing can be saved until the app opens a new client and a new store.`
      this.#warn(message)
      throw unavailable(message)
    }
  }

  #openAgain(file: FileOnDisk, reopen: () => OpenedFile): void {
    let client: SqliteClient | undefined
    try {
      file.removeSideFiles()
      const opened = reopen()
      client = opened.client
      if (!opened.isReady) setUp(client)
      const next = prepared(client, this.#table, 0, { ...this.#origin, id: opened.id })
      this.#client.close()
      this.#client = client
      this.#prepared = next
    } catch (error) {
      client?.close()
      if (isLocked(error)) throw error
      throw unavailable(`The SQLite file "${file.path}" is gone, and cannot be opened again`, error)
    }
  }

  #warn(message: string): void {
    if (this.#warned) return
    this.#warned = true
    process.emitWarning(message, { code: 'COATCHECK_SQLITE_FILE_GONE' })
  }
}

function prepared(client: SqliteClient, table: string, ownTimeout: number, { id, owners }: Origin): Prepared {
  const layout = { ...layoutOf(client, table), owners }
  createSchema(client, table, layout)
  const path = singleValue(client, "SELECT file FROM pragma_database_list WHERE name = 'main'")
  return {
    sql: prepare(client, table, layout),
    begin: executing(client, 'BEGIN IMMEDIATE'),
    commit: executing(client, 'COMMIT'),
    file: path ? new FileOnDisk(String(path), id) : undefined,
    ownTimeout,
    readsMeetLocks: singleValue(client, 'PRAGMA journal_mode') !== 'wal',
  }
}

/** A function that runs the statement: prepared, where the driver leaves no prepared statement open. */
function executing(client: SqliteClient, sql: string): () => void {
  if (client instanceof LibsqlClient) return () => void client.exec(sql)
  const statement = client.prepare(sql)
  return () => void statement.run()
}

/** Run `work` while the client does not wait for locks. */
function withoutWaiting<T>(client: SqliteClient, ownTimeout: number, work: () => T): T {
  if (ownTimeout === 0) return work()
  client.exec('PRAGMA busy_timeout = 0')
  try {
    return work()
  } finally {
    client.exec(`PRAGMA busy_timeout = ${ownTimeout}`)
  }
}
