import type { AsyncSqliteClient } from '../async/client.ts'

/** A client that runs statements with this function, and throws errors with the driver's message and code. */
export function adapt(
  run: (sql: string, parameters: readonly unknown[]) => PromiseLike<unknown>,
): AsyncSqliteClient {
  return {
    async query(sql, parameters) {
      try {
        const rows = await run(sql, parameters)
        return Array.isArray(rows) ? rows : []
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
const TOLD = ['name', 'code', 'errno', 'errcode', 'rawCode'] as const

function driverError(error: unknown): unknown {
  // TypeORM has the driver's error in this property.
  const found = (error as { driverError?: unknown } | null | undefined)?.driverError ?? error
  if (!(found instanceof Error)) return found
  const told = new Error(found.message)
  for (const property of TOLD) {
    const value = (found as unknown as Record<string, unknown>)[property]
    if (value !== undefined)
      Object.defineProperty(told, property, { value, configurable: true, enumerable: true })
  }
  return told
}
