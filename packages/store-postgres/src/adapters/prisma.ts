import type { PostgresClient } from '../client.ts'
import { adapt, checkHas } from './adapt.ts'

/** The method of a `PrismaClient` that the store uses. */
export interface PrismaLike {
  // biome-ignore lint/suspicious/noExplicitAny: the types of its parameters and rows are its own
  $queryRawUnsafe(sql: string, ...values: any[]): PromiseLike<any>
}

/** A client for {@link PostgresStore} on the connections of Prisma 7, whose driver adapter is `@prisma/adapter-pg`. */
export function fromPrisma(prisma: PrismaLike): PostgresClient {
  checkHas(prisma, '$queryRawUnsafe', 'fromPrisma needs a client of Prisma: new PrismaClient({ adapter })')
  return adapt(async ({ text, values = [] }) => {
    try {
      return await prisma.$queryRawUnsafe(text, ...values)
    } catch (error) {
      throw serverError(error)
    }
  })
}

/** What a driver adapter of Prisma has found wrong. */
interface Cause {
  kind?: string
  originalCode?: string
  originalMessage?: string
}

/** Driver adapters do not keep the codes of broken connections. */
const CODES: Readonly<Record<string, string>> = {
  ConnectionClosed: 'ECONNRESET',
  DatabaseNotReachable: 'ECONNREFUSED',
  SocketTimeout: 'ETIMEDOUT',
}

/** The error with the server's message and code. In front of the message, Prisma puts where it was called. */
function serverError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { meta } = error as { meta?: { driverAdapterError?: { cause?: Cause } } }
  const { kind = '', originalCode, originalMessage } = meta?.driverAdapterError?.cause ?? {}
  const message = originalMessage ?? (kind || error.message.slice(error.message.lastIndexOf('\n\n')).trim())
  const code = originalCode ?? CODES[kind]
  return Object.assign(new Error(message), code !== undefined && { code })
}
