// Commands to single members of a replica set, through the driver. mongodb is loaded when a server is started: projects that test a
// store for MongoDB have it. The interfaces below are the parts of it that are used.
import { setTimeout as sleep } from 'node:timers/promises'

export const SET = 'coatcheck'

/** Arguments of every `mongod` in tests. The cache has the smallest allowed size. */
export const MONGOD: readonly string[] = [
  'mongod',
  '--bind_ip_all',
  '--replSet',
  SET,
  '--wiredTigerCacheSizeGB',
  '0.25',
]

/** Milliseconds: how long a server may take to get a primary. */
const PATIENCE = 60_000

/** Sends a command to the server on this port, in any state. */
export async function command(host: string, port: number, wanted: object): Promise<Reply> {
  const MongoClient = await loadMongoClient()
  const client = new MongoClient(`mongodb://${host}:${port}/`, {
    directConnection: true,
    serverSelectionTimeoutMS: 5000,
  })
  try {
    return await client.db('admin').command(wanted)
  } finally {
    await client.close()
  }
}

/**
 * Makes one replica set of the servers on these ports, which reach each other at 127.0.0.1. If they are never killed, an answer need not
 * wait for the disk.
 */
export async function initiate(
  host: string,
  ports: readonly number[],
  { killed }: { killed: boolean },
): Promise<void> {
  const members = ports.map((port, _id) => ({ _id, host: `127.0.0.1:${port}` }))
  const settings = { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 }
  const config = { _id: SET, members, settings, writeConcernMajorityJournalDefault: killed }
  await command(host, ports[0]!, { replSetInitiate: config })
  await until(() => primaryOf(host, ports))
}

/** The port of the primary, or `undefined` while there is none. */
export async function primaryOf(host: string, ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) {
    const hello = await command(host, port, { hello: 1 }).catch(() => undefined)
    if (hello?.isWritablePrimary) return port
  }
  return undefined
}

/** Waits until there is a value, and returns it. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > deadline)
      throw new Error(`MongoDB has no working replica set after ${PATIENCE / 1000} seconds.`)
    await sleep(50)
  }
}

async function loadMongoClient(): Promise<MongoClientClass> {
  const name = 'mongodb'
  try {
    return ((await import(/* @vite-ignore */ name)) as { MongoClient: MongoClientClass }).MongoClient
  } catch (cause) {
    throw new Error('MongoDB in containers needs its driver: npm install mongodb', { cause })
  }
}

/** Fields of the answers to `hello` and `replSetGetStatus`. */
interface Reply {
  isWritablePrimary?: boolean
  members?: { name: string; stateStr: string }[]
}

type MongoClientClass = new (
  url: string,
  options: object,
) => {
  db(name: string): { command(command: object): Promise<Reply> }
  close(): Promise<void>
}
