import BetterSqlite3 from 'better-sqlite3'

type Callback = (this: object, error: unknown, rows?: unknown) => void

export const OPEN_READWRITE = 2
export const OPEN_CREATE = 4

/** What Sequelize uses of the package `sqlite3`, which needs a compiler, on better-sqlite3. */
export class Database {
  readonly filename: string
  readonly #db: BetterSqlite3.Database

  constructor(filename: string, _mode: number, opened: (error: null) => void) {
    this.filename = filename
    this.#db = new BetterSqlite3(filename)
    queueMicrotask(() => opened(null))
  }

  serialize(work: () => void): void {
    work()
  }

  run(sql: string, ...rest: unknown[]): void {
    this.#call(rest, values => ({ result: this.#db.prepare(sql).run(...values) }))
  }

  all(sql: string, ...rest: unknown[]): void {
    this.#call(rest, values => {
      const statement = this.#db.prepare(sql)
      return statement.reader ? { rows: statement.all(...values) } : { result: statement.run(...values) }
    })
  }

  close(closed: (error: null) => void): void {
    this.#db.close()
    closed(null)
  }

  #call(
    rest: unknown[],
    work: (values: unknown[]) => { rows?: unknown[]; result?: BetterSqlite3.RunResult },
  ) {
    const callback = typeof rest.at(-1) === 'function' ? (rest.pop() as Callback) : undefined
    const [given] = rest
    // Sequelize names its parameters $1, $2 and so on.
    const values = given === undefined ? [] : [Array.isArray(given) ? given : withoutDollars(given as object)]
    let answer: ReturnType<typeof work>
    try {
      answer = work(values)
    } catch (error) {
      return void queueMicrotask(() => callback?.call({}, error))
    }
    const { rows = [], result } = answer
    const context = { changes: result?.changes, lastID: Number(result?.lastInsertRowid) }
    queueMicrotask(() => callback?.call(context, null, rows))
  }
}

function withoutDollars(values: object): object {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.replace(/^\$/, ''), value]))
}
