import { createRequire } from 'node:module'
import type { MongodbClient } from './client.ts'

/** A client that the store makes and closes. */
export interface OwnClient extends MongodbClient {
  close(): Promise<void>
}

type MongoClient = new (url: string, options: Record<string, number>) => OwnClient

/** The driver's options for the timeout: to find a server, to connect to it, to get a connection, and to get an answer. */
const LIMITS = ['serverSelectionTimeoutMS', 'connectTimeoutMS', 'waitQueueTimeoutMS', 'socketTimeoutMS']

/** A client that connects on first use. Timeouts in the URL override the option. */
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
      'The URL of MongodbStore.open cannot be parsed: percent-encode special characters in its user and password, and use only options that the driver has',
    )
  }
}

function loadMongodb(): MongoClient {
  try {
    return (createRequire(import.meta.url)('mongodb') as { MongoClient: MongoClient }).MongoClient
  } catch (cause) {
    // A bundle in the form of an ES module may have no `require`.
    const missing = (cause as { code?: unknown }).code === 'MODULE_NOT_FOUND'
    if (!missing && !(cause instanceof ReferenceError)) throw cause
    throw new Error(
      'MongodbStore.open needs the package mongodb: npm install mongodb. In a bundle without that package, pass a client: new MongodbStore({ client })',
      { cause },
    )
  }
}
