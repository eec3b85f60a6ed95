import type { PostgresClient, PostgresQuery, PostgresResult } from '../client.ts'

/** An error of a library, with the driver's error in one of these properties. */
interface Wrapped {
  /** Sequelize. */
  original?: unknown
  /** TypeORM. */
  driverError?: unknown
}

/** A client that runs statements with this function, and throws errors with the driver's message and code. */
export function adapt(run: (query: PostgresQuery) => PromiseLike<PostgresResult['rows']>): PostgresClient {
  return {
    async query(query) {
      try {
        return { rows: await run(query) }
      } catch (error) {
        throw driverError(error)
      }
    },
  }
}

/** Throws a TypeError unless it has the method. */
export function checkHas(value: unknown, method: string, message: string): void {
  const held = (value ?? {}) as Record<string, unknown>
  if (typeof held[method] !== 'function') throw new TypeError(message)
}

/** Properties of an error that are kept. Libraries add the statement and its values, which are ids and data: those are dropped. */
const TOLD = [
  'name',
  'code',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'syscall',
  'errno',
] as const

function driverError(error: unknown): unknown {
  const { original, driverError } = (error ?? {}) as Wrapped
  const found = original ?? driverError ?? error
  if (!(found instanceof Error)) return found
  const told = new Error(found.message)
  for (const property of TOLD) {
    const value = (found as unknown as Record<string, unknown>)[property]
    if (value !== undefined)
      Object.defineProperty(told, property, { value, configurable: true, enumerable: true })
  }
  return told
}
