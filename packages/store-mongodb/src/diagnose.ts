import { createRequire } from 'node:module'
import type { Finding } from '@coatcheck/session'
import type { MongodbDatabase } from './client.ts'

/** A larger difference of the clocks, in milliseconds, means that a time server does not set both of them. */
const SKEW = 5000

/** MongoDB's codes for a missing collection, and for a missing right. */
const NOT_THERE = 26
const UNAUTHORIZED = 13

/** The findings about the server and the collection. Changes nothing. */
export async function diagnose(
  db: MongodbDatabase,
  collection: string,
  { driver, ttlIndex }: { driver: string; ttlIndex: boolean },
): Promise<Finding[]> {
  const packages = `@coatcheck/store-mongodb ${versionIn('../package.json')}, ${driver}`
  const sent = Date.now()
  const hello = await db.command({ hello: 1 })
  const between = (sent + Date.now()) / 2
  const { version } = await db.command({ buildInfo: 1 })
  return [
    { name: 'packages', level: 'ok', text: packages },
    { name: 'server', level: 'ok', text: `MongoDB ${version}, ${kindOf(hello)}` },
    clock(Math.round(new Date(hello.localTime).valueOf() - between)),
    await index(db, collection, ttlIndex),
  ]
}

function kindOf(hello: { msg?: unknown; setName?: unknown }): string {
  if (hello.msg === 'isdbgrid') return 'sharded'
  return typeof hello.setName === 'string' ? `replica set "${hello.setName}"` : 'one server alone'
}

function clock(ahead: number): Finding {
  const name = 'clock'
  if (Math.abs(ahead) <= SKEW) return { name, level: 'ok', text: `${ahead} ms ahead of this process` }
  const text = `${ahead} ms ahead of this process: one of the two is wrong; sessions end by the one of the server`
  return { name, level: 'warning', text }
}

async function index(db: MongodbDatabase, collection: string, wanted: boolean): Promise<Finding> {
  const name = 'TTL index'
  let indexes: Index[]
  try {
    indexes = (await db.command({ listIndexes: collection, cursor: {} })).cursor.firstBatch
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === NOT_THERE)
      return {
        name,
        level: 'ok',
        text: `the collection "${collection}" is not there yet`,
        missing: `collection "${collection}"`,
      }
    if (code === UNAUTHORIZED)
      return { name, level: 'ok', text: 'the user of the store may not list indexes' }
    throw error
  }
  const own = indexes.find(({ key }) => Object.keys(key).join() === 'expires')
  if (own?.expireAfterSeconds === 0) return { name, level: 'ok', text: 'MongoDB deletes expired sessions' }
  if (own && own.expireAfterSeconds !== undefined) {
    const text = `expired sessions stay for ${own.expireAfterSeconds} seconds more; the store does not see them`
    return { name, level: 'ok', text }
  }
  if (!wanted)
    return { name, level: 'ok', text: 'none, as the option "ttlIndex" says: the store deletes itself' }
  return {
    name,
    level: 'warning',
    text: 'none: expired sessions are deleted by the store alone, every pruneInterval; the store makes the index when it is opened, unless another one is in its way or its user may not',
  }
}

interface Index {
  readonly key: object
  readonly expireAfterSeconds?: number
}

/** A file of this package, or of a package that it can resolve. */
export function versionIn(manifest: string): string {
  try {
    return createRequire(import.meta.url)(manifest).version
  } catch {
    return 'of unknown version'
  }
}
