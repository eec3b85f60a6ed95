import { createRequire } from 'node:module'
import type { SqliteClient } from './client.ts'

/** A package or a module of the runtime that opens SQLite files. */
export interface Driver {
  /** The name with the version, such as `better-sqlite3 12.11.1`. */
  readonly name: string
  /** Why better-sqlite3 was not used, although it is installed. */
  readonly instead?: string | undefined
  /** Open the file at `path`, and create it if it does not exist. The client never waits for a lock. */
  open(path: string): SqliteClient
}

type Constructor = new (path: string, options?: object) => SqliteClient

const load = createRequire(import.meta.url)

let found: Driver | undefined

/** The driver for `SqliteStore.open`. Throws an error that says what to install or to run when there is none. */
export function findDriver(): Driver {
  found ??= firstDriver()
  return found
}

function firstDriver(): Driver {
  if (process.versions.bun) return bunSqlite()
  let reason: Error
  try {
    return betterSqlite3()
  } catch (error) {
    reason = error as Error
  }
  const builtIn = nodeSqlite()
  if (!builtIn) throw reason
  return isMissing(reason.cause) ? builtIn : { ...builtIn, instead: reason.message }
}

function betterSqlite3(): Driver {
  const { version, engines } = manifestOf('better-sqlite3')
  const name = `better-sqlite3 ${version}`
  const least = leastNode(engines?.node ?? '')
  // Checked before loading, because a binary for a later Node ends the process.
  if (major() < least) {
    const mend = least === 22 ? 'npm install better-sqlite3@12' : 'install an earlier version of it'
    throw new Error(
      `${name} needs Node ${least} or later, and this is Node ${process.versions.node}: ${mend}`,
    )
  }
  try {
    const Database = load('better-sqlite3') as Constructor
    // The first database loads the binary.
    new Database(':memory:').close()
    return { name, open: path => new Database(path, { timeout: 0 }) }
  } catch (cause) {
    throw new Error(
      `${name} is installed but not built for Node ${process.versions.node}: npm rebuild better-sqlite3 (with npm 11: npm install-scripts approve better-sqlite3 && npm rebuild better-sqlite3)`,
      { cause },
    )
  }
}

/** From Node 22.13 on, and in Deno. */
function nodeSqlite(): Driver | undefined {
  try {
    const { DatabaseSync } = load('node:sqlite') as { DatabaseSync: Constructor }
    return { name: nodeSqliteName(), open: path => new DatabaseSync(path, { timeout: 0 }) }
  } catch {
    return undefined
  }
}

/** `node:sqlite`, with the runtime that brings it. */
export function nodeSqliteName(): string {
  const { deno, node } = process.versions
  return deno ? `node:sqlite of Deno ${deno}` : `node:sqlite of Node ${node}`
}

/** `bun:sqlite`, with the version of Bun. */
export function bunSqliteName(): string {
  return `bun:sqlite of Bun ${process.versions.bun}`
}

function bunSqlite(): Driver {
  const { Database } = load('bun:sqlite') as { Database: Constructor }
  const open = (path: string) => new Database(path, { create: true, readwrite: true })
  return { name: bunSqliteName(), open }
}

interface Manifest {
  version: string
  engines?: { node?: string }
}

function manifestOf(name: string): Manifest {
  try {
    return load(`${name}/package.json`) as Manifest
  } catch (cause) {
    const version = major() < 22 ? '@12' : ''
    throw new Error(
      `SqliteStore.open needs the package ${name} on Node ${process.versions.node}: npm install ${name}${version}. Node 22.13 and later have their own driver. In a bundle, pass a client: new SqliteStore({ client }).`,
      { cause },
    )
  }
}

function major(): number {
  return Number.parseInt(process.versions.node, 10)
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'MODULE_NOT_FOUND'
}

/** The lowest major version in `"20.x || 22.x"` or `">=22"`. */
function leastNode(engines: string): number {
  const majors = engines.split('||').map(range => Number.parseInt(/\d+/.exec(range)?.[0] ?? '0', 10))
  return Math.min(...majors)
}
