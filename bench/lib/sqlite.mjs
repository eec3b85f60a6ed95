import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const load = createRequire(import.meta.url)
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/coatcheck/', import.meta.url))
/** Has a binary for Node 22 and later in its package. */
const FOR_LATER_NODES = 'better-sqlite3@13'

/** Opens a file with a driver of SQLite. */
export async function openSqlite(file, driver = 'better-sqlite3') {
  if (driver === 'node:sqlite') {
    const { DatabaseSync } = await import('node:sqlite')
    return new DatabaseSync(file)
  }
  const Database = load(await betterSqlite3())
  return new Database(file)
}

/**
 * The better-sqlite3 of this Node. That of `npm ci` is compiled for the Node that it ran on. On another Node, the next major version is used,
 * which is downloaded once.
 */
export async function betterSqlite3() {
  try {
    const Database = load('better-sqlite3')
    // The first database loads the binary.
    new Database(':memory:').close()
    return 'better-sqlite3'
  } catch {
    const folder = join(CACHE, FOR_LATER_NODES)
    if (!existsSync(folder)) await install(folder)
    return join(folder, 'node_modules/better-sqlite3')
  }
}

/** Its version. */
export async function betterSqlite3Version() {
  return load(`${await betterSqlite3()}/package.json`).version
}

/** Installs into a new folder first, because this may be interrupted. */
async function install(folder) {
  await mkdir(CACHE, { recursive: true })
  const temporary = await mkdtemp(`${folder}-`)
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts']
  try {
    await promisify(execFile)('npm', ['install', '--prefix', temporary, ...flags, FOR_LATER_NODES])
    await rename(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}
