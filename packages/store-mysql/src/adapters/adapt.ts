import type { MysqlPromiseClient, MysqlQuery } from '../client.ts'

/** The rows of a statement, or what mysql2 calls a `ResultSetHeader`. */
export type MysqlResult = readonly unknown[] | { affectedRows?: unknown; insertId?: unknown }

/** An error of a library, with the driver's error in one of these properties. */
interface Wrapped {
  /** Sequelize. */
  original?: unknown
  /** TypeORM. */
  driverError?: unknown
}

/** A client that runs statements with this function, and throws errors with the server's message and code. */
export function adapt(run: (sql: string, values: unknown[]) => PromiseLike<MysqlResult>): MysqlPromiseClient {
  // The library decides whether it prepares a statement.
  async function query({ sql, values = [] }: MysqlQuery): Promise<[MysqlResult]> {
    try {
      return [await run(sql, values)]
    } catch (error) {
      throw driverError(error)
    }
  }
  return { query, execute: query }
}

/** Throws a TypeError unless it has the method. */
export function checkHas(value: unknown, method: string, message: string): void {
  const held = (value ?? {}) as Record<string, unknown>
  if (typeof held[method] !== 'function') throw new TypeError(message)
}

/** The parts of a statement: `each` is called for each quoted name and each placeholder. */
export function mapParts(sql: string, each: (part: string) => string): string {
  return sql.replace(/`(?:[^`]|``)*`|\?/g, each)
}

/** Properties of an error that are kept. Libraries add the statement and its values, which are ids and data: those are dropped. */
const TOLD = [
  'name',
  'code',
  'errno',
  'sqlState',
  'sqlMessage',
  'fatal',
  'syscall',
  'address',
  'port',
] as const

function driverError(error: unknown): unknown {
  const { original, driverError } = (error ?? {}) as Wrapped
  const found = original ?? driverError ?? error
  if (!(found instanceof Error)) return found
  const properties = found as unknown as Record<string, unknown>
  // A library may put the statement in front of the server's message.
  const told = new Error(String(properties.sqlMessage ?? found.message))
  for (const property of TOLD) {
    const value = properties[property]
    if (value !== undefined)
      Object.defineProperty(told, property, { value, configurable: true, enumerable: true, writable: true })
  }
  return told
}
