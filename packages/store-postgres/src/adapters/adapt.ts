import type { PostgresClient, PostgresQuery, PostgresResult } from '../client.ts'

/** Failures that libraries wrap, and where each of them keeps the driver's. */
interface Wrapped {
  /** Sequelize. */
  original?: unknown
  /** TypeORM. */
  driverError?: unknown
}

/** A client that runs statements by this function, whose failures are told as the driver tells them. */
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

/** What is told of an error. Libraries add the statement and its values, which are ids and data: that is left out. */
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
