import { startMongodb, startMysql, startPostgres, startRedis } from '@coatcheck/store-conformance/containers'
import { directUrl } from './direct.mjs'

const started = new Map()
/** The kinds whose server was asked for since the versions were last taken. */
const used = new Set()

const STARTERS = { redis: startRedis, postgres: startPostgres, mysql: startMysql, mongodb: startMongodb }

const OURS = {
  memory: ['@coatcheck/session', 'MemoryStore'],
  'memory-bounded': ['@coatcheck/store-memory', 'MemoryStore'],
  redis: ['@coatcheck/store-redis', 'RedisStore'],
  postgres: ['@coatcheck/store-postgres', 'PostgresStore'],
  mysql: ['@coatcheck/store-mysql', 'MysqlStore'],
  sqlite: ['@coatcheck/store-sqlite', 'SqliteStore'],
  mongodb: ['@coatcheck/store-mongodb', 'MongodbStore'],
}

/**
 * The URL of a running server for this kind of store, started once in a run; `undefined` for a store that needs none. Throws a
 * {@link NotHere} where it cannot be had, which leaves a case unmeasured and the page saying so.
 */
export async function databaseFor(kind) {
  const [name, exported] = OURS[kind]
  if (!(await import(name))[exported]) throw new NotHere(`${name} has no ${exported} yet`)
  if (!STARTERS[kind]) return undefined
  const url = process.env[`${kind.toUpperCase()}_URL`]
  if (url) return url
  if (!started.has(kind)) started.set(kind, await start(kind))
  used.add(kind)
  return started.get(kind).url
}

async function start(kind) {
  const server = await STARTERS[kind](argsOf(kind)).catch(cannotStart)
  return { ...server, url: await directUrl(server.url) }
}

/** The versions of the servers that were used since the last call, which is one for each case. */
export function takeServerVersions() {
  const versions = [...used].map(kind => [kind, started.get(kind).version])
  used.clear()
  return Object.fromEntries(versions)
}

export class NotHere extends Error {}

function cannotStart(cause) {
  throw new NotHere(`its server cannot be started: ${cause.message}`, { cause })
}

/** What PostgreSQL needs to count statements. */
function argsOf(kind) {
  return kind === 'postgres'
    ? { dedicated: true, args: ['-c', 'shared_preload_libraries=pg_stat_statements'] }
    : { dedicated: true }
}

export async function closeDatabases() {
  for (const server of started.values()) await server.stop()
  started.clear()
}
