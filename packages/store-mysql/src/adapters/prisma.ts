import type { MysqlPromiseClient } from '../client.ts'
import { adapt, checkHas, type MysqlResult } from './adapt.ts'

/** The methods of a `PrismaClient` that the store uses. */
export interface PrismaLike {
  // biome-ignore lint/suspicious/noExplicitAny: the types of its parameters and rows are its own
  $queryRawUnsafe(sql: string, ...values: any[]): PromiseLike<any>
  // biome-ignore lint/suspicious/noExplicitAny: the types of its parameters are its own
  $executeRawUnsafe(sql: string, ...values: any[]): PromiseLike<number>
  // biome-ignore lint/suspicious/noExplicitAny: the client of a transaction has the same methods
  $transaction<T>(run: (client: any) => Promise<T>, limits: TransactionLimits): Promise<T>
}

/** Limits of a transaction of Prisma, in milliseconds. */
export interface TransactionLimits {
  /** For getting a connection. */
  maxWait: number
  /** For the transaction itself. */
  timeout: number
}

/** A client for {@link MysqlStore} on the connections of Prisma 7, whose driver adapter is `@prisma/adapter-mariadb`. */
export function fromPrisma(prisma: PrismaLike): MysqlPromiseClient {
  for (const method of ['$queryRawUnsafe', '$executeRawUnsafe', '$transaction']) {
    checkHas(prisma, method, 'fromPrisma needs a client of Prisma: new PrismaClient({ adapter })')
  }
  return adapt(async (sql, values) => {
    try {
      return await run(prisma, sql, values)
    } catch (error) {
      throw serverError(error)
    }
  })
}

async function run(prisma: PrismaLike, sql: string, values: unknown[]): Promise<MysqlResult> {
  if (/^\s*(SELECT|SHOW)/.test(sql)) return prisma.$queryRawUnsafe(sql, ...values)
  if (!sql.includes('LAST_INSERT_ID('))
    return { affectedRows: await prisma.$executeRawUnsafe(sql, ...values) }
  return prisma.$transaction(client => runWithId(client, sql, values), LIMITS)
}

/** The limits of the server and of the pool come first: by default, Prisma ends a transaction after 5 seconds. */
const LIMITS: TransactionLimits = { maxWait: 60_000, timeout: 60_000 }

/** Prisma does not return the value of `LAST_INSERT_ID`, so the same connection is asked for it. */
async function runWithId(client: PrismaLike, sql: string, values: unknown[]): Promise<MysqlResult> {
  // A statement that writes no row does not set the value.
  await client.$queryRawUnsafe('SELECT LAST_INSERT_ID(0)')
  const affectedRows = await client.$executeRawUnsafe(sql, ...values)
  const [{ id }] = await client.$queryRawUnsafe('SELECT LAST_INSERT_ID() AS id')
  return { affectedRows, insertId: id }
}

/** What a driver adapter of Prisma has found wrong. */
interface Cause {
  originalCode?: string
  originalMessage?: string
}

/** Prisma's code when it has got no connection for a transaction, or has ended it. */
const NO_TRANSACTION = 'P2028'

/** From this number on, errors are those of the package `mariadb`: about its connections. */
const OF_THE_DRIVER = 45_000

/** The error with the server's message and number. In front of the message, Prisma puts where it was called. */
function serverError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { meta, code } = error as { code?: string; meta?: { driverAdapterError?: { cause?: Cause } } }
  const { originalCode, originalMessage } = meta?.driverAdapterError?.cause ?? {}
  const message = originalMessage ?? error.message.slice(error.message.lastIndexOf('\n\n')).trim()
  const errno = Number(originalCode)
  if (code === NO_TRANSACTION || errno >= OF_THE_DRIVER) {
    return Object.assign(new Error(message), { code: 'PROTOCOL_CONNECTION_LOST' })
  }
  if (!originalCode) return new Error(message)
  return Object.assign(new Error(message), { errno, sqlState: 'HY000', sqlMessage: message })
}
