import { createRequire } from 'node:module'
import type { MongodbClient } from './client.ts'

/** A client that the store has made, and closes. */
export interface OwnClient extends MongodbClient {
  close(): Promise<void>
}

type MongoClient = new (url: string, options: Record<string, number>) => OwnClient

/** What must not take longer than the timeout: to find a server, to connect to it, to get a connection, to be answered. */
const LIMITS = ['serverSelectionTimeoutMS', 'connectTimeoutMS', 'waitQueueTimeoutMS', 'socketTimeoutMS']

/** A client that connects when it is used. What the URL itself says about timeouts holds. */
export function openClient(url: string, timeout: number): OwnClient {
  if (typeof url !== 'string' || !/^mongodb(\+srv)?:\/\//.test(url)) {
    throw new TypeError('MongodbStore.open needs a URL: mongodb://user:password@host:27017/database')
  }
  const MongoClient = loadMongodb()
  const given = url.toLowerCase()
  const limits = timeout > 0 ? LIMITS.filter(name => !given.includes(`${name.toLowerCase()}=`)) : []
  try {
    return new MongoClient(url, Object.fromEntries(limits.map(name => [name, timeout])))
  } catch {
    // The driver's errors quote the URL, with passwords.
    throw new TypeError(
      'The URL of MongodbStore.open cannot be read: special characters in its user and password must be percent-encoded, and its options must be known to the driver',
    )
  }
}

function loadMongodb(): MongoClient {
  try {
    return (createRequire(import.meta.url)('mongodb') as { MongoClient: MongoClient }).MongoClient
  } catch (cause) {
    // In a bundle that is an ES module there may be no `require`.
    const missing = (cause as { code?: unknown }).code === 'MODULE_NOT_FOUND'
    if (!missing && !(cause instanceof ReferenceError)) throw cause
    throw new Error(
      'MongodbStore.open needs the package mongodb: npm install mongodb; in a bundle that has no such package, pass a client: new MongodbStore({ client })',
      { cause },
    )
  }
}
