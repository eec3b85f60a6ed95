/** A row of the reference database. */
export interface Row {
  text: string
  /** Milliseconds since the epoch. */
  expires: number
  /** The expiry comes from the cookie and is shown in it, rather than from the default lifetime. */
  fromCookie: boolean
}

/** What all stores of one subject share. */
export class Database {
  readonly rows: Map<string, Row> = new Map()
  /** Rows that cannot be written to. */
  readonly locked: Set<string> = new Set()
}

const tick = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** The client of the reference database: each command is atomic and takes a tick each way. */
export class Client {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async #command<T>(work: (rows: Map<string, Row>) => T): Promise<T> {
    await tick()
    const result = work(this.#database.rows)
    await tick()
    return result
  }

  /** The same for one that changes the row `key`. */
  #change<T>(key: string, work: (rows: Map<string, Row>) => T): Promise<T> {
    return this.#command(rows => {
      if (this.#database.locked.has(key)) throw Object.assign(new Error('read-only'), { code: 'READONLY' })
      return work(rows)
    })
  }

  /** A copy of the row, expired or not. */
  read(key: string): Promise<Row | undefined> {
    return this.#command(rows => copy(rows.get(key)))
  }

  write(key: string, row: Row): Promise<void> {
    return this.#change(key, rows => void rows.set(key, { ...row }))
  }

  /** Adds a row where none is, or one that may go. Tells whether it did. */
  insert(key: string, row: Row, mayGo: (old: Row) => boolean): Promise<boolean> {
    return this.#change(key, rows => {
      const old = rows.get(key)
      if (old && !mayGo(old)) return false
      rows.set(key, { ...row })
      return true
    })
  }

  /** Changes a row that is there and alive, and has the text `expected` where given. */
  update(key: string, change: Partial<Row>, expected?: string): Promise<'updated' | 'changed' | 'missing'> {
    return this.#change(key, rows => {
      const row = rows.get(key)
      if (!row || row.expires <= Date.now()) return 'missing'
      if (expected !== undefined && row.text !== expected) return 'changed'
      Object.assign(row, change)
      return 'updated'
    })
  }

  /** The row as it was, if it is alive; changed in the same step where its text begins with `prefix`. */
  readAndUpdate(
    key: string,
    prefix: string,
    change: Partial<Row>,
  ): Promise<{ row: Row; updated: boolean } | undefined> {
    return this.#change(key, rows => {
      const row = rows.get(key)
      if (!row || row.expires <= Date.now()) return undefined
      const before = { ...row }
      const updated = row.text.startsWith(prefix)
      if (updated) Object.assign(row, change)
      return { row: before, updated }
    })
  }

  /** Removes one row, if `mayGo`, and writes another, unless the first was `required` and not there. Gives the first. */
  exchange(
    old: string,
    key: string,
    row: Row,
    required: boolean,
    mayGo: (old: Row) => boolean,
  ): Promise<Row | undefined> {
    return this.#change(old, rows => {
      const there = rows.get(old)
      const found = there && mayGo(there) ? there : undefined
      rows.delete(old)
      if (found || !required) rows.set(key, { ...row })
      return found
    })
  }

  remove(key: string): Promise<boolean> {
    return this.#change(key, rows => rows.delete(key))
  }

  /** Removes a row and gives it. */
  take(key: string): Promise<Row | undefined> {
    return this.#change(key, rows => {
      const row = rows.get(key)
      rows.delete(key)
      return row
    })
  }

  /** All rows whose key begins with `prefix`, expired ones included. */
  scan(prefix: string): Promise<[string, Row][]> {
    return this.#command(rows => {
      const found: [string, Row][] = []
      for (const [key, row] of rows) if (key.startsWith(prefix)) found.push([key, { ...row }])
      return found
    })
  }

  removeAll(prefix: string, alsoIf: (row: Row) => boolean = () => true): Promise<number> {
    return this.#command(rows => {
      const doomed = [...rows].filter(([key, row]) => key.startsWith(prefix) && alsoIf(row))
      for (const [key] of doomed) rows.delete(key)
      return doomed.length
    })
  }
}

function copy(row: Row | undefined): Row | undefined {
  return row && { ...row }
}
