import type { AsyncSqliteClient } from '../async/client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The methods of a `PrismaClient` that the store uses. */
export interface PrismaLike {
  // biome-ignore lint/suspicious/noExplicitAny: the types of its parameters and rows are its own
  $queryRawUnsafe(sql: string, ...values: any[]): PromiseLike<any>
  // biome-ignore lint/suspicious/noExplicitAny: the client of a transaction has the same methods
  $transaction<T>(run: (client: any) => Promise<T>): Promise<T>
}

/** A client for `AsyncSqliteStore` on the connection of Prisma 7, whose driver adapter is `@prisma/adapter-better-sqlite3`. */
export function fromPrisma(prisma: PrismaLike): AsyncSqliteClient {
  for (const method of ['$queryRawUnsafe', '$transaction']) {
    checkHas(prisma, method, 'fromPrisma needs a client of Prisma: new PrismaClient({ adapter })')
  }
  return adapt(async (sql, parameters) => {
    try {
      if (/^\s*SELECT/.test(sql)) return await prisma.$queryRawUnsafe(sql, ...parameters)
      // All statements are on one connection. Without a transaction, this one would be part of one of the app's that is under way.
      return await prisma.$transaction(async client => client.$queryRawUnsafe(sql, ...parameters))
    } catch (error) {
      throw driverError(error)
    }
  })
}

/** Prisma's code when another transaction on the connection took too long. */
const WAITED = 'P2028'

/** The driver's error. In front of its message, Prisma puts where it was called. */
function driverError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { meta, code } = error as {
    code?: string
    meta?: { driverAdapterError?: { cause?: { originalCode?: string; originalMessage?: string } } }
  }
  const { originalCode = code === WAITED ? 'SQLITE_BUSY' : code, originalMessage } =
    meta?.driverAdapterError?.cause ?? {}
  const message = originalMessage ?? error.message.slice(error.message.lastIndexOf('\n\n')).trim()
  return Object.assign(new Error(message), originalCode !== undefined && { code: originalCode })
}
