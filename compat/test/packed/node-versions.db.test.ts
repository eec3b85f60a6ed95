import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { majors, nodeOf } from '../support/nodes.ts'
import { cache, installPacked } from '../support/packed.ts'

// What is published, in each version of Node that is supported, on the stores that are JavaScript alone. SQLite is compiled for
// one version of Node: it is used in the one that `npm ci` was run with.

const ANSWERS = 'nobody / Ada 1 2 bye nobody'

let folder = ''

beforeAll(async () => {
  mkdirSync(cache, { recursive: true })
  // Express and the drivers are found from there.
  folder = mkdtempSync(join(cache, 'coatcheck-smoke-'))
  await installPacked(folder)
  cpSync(fileURLToPath(new URL('smoke.mjs', import.meta.url)), join(folder, 'smoke.mjs'))
}, 180_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const own = Number(process.versions.node.split('.')[0])

/** The stores that this version can open. */
function storesFor(major: number): Record<string, string> {
  return {
    '@coatcheck/store-memory': 'memory:',
    ...(major === own && { '@coatcheck/store-sqlite': join(folder, 'sessions.db') }),
    '@coatcheck/store-redis': inject('redisUrl'),
    '@coatcheck/store-postgres': inject('postgresUrl'),
    '@coatcheck/store-mysql': inject('mysqlUrl'),
    '@coatcheck/store-mongodb': inject('mongodbUrl'),
  }
}

describe.each(majors)('Node %i', major => {
  it('what is published: is imported and required, and keeps a user from login to logout on each store', async () => {
    const node = await nodeOf(major)
    const stores = storesFor(major)
    const packages = ['@coatcheck/session', ...Object.keys(stores)]
    const env = { ...process.env, NODE_OPTIONS: '', SMOKE: JSON.stringify([packages, stores]) }
    const { stdout } = await promisify(execFile)(node, ['smoke.mjs'], { cwd: folder, env, timeout: 50_000 })
    const seen = JSON.parse(stdout)
    console.log(`Node ${seen.node}: ${Object.keys(seen.stores).join(', ')}`)
    expect(seen.node).toMatch(new RegExp(`^v${major}\\.`))
    expect(seen.same).toBe(true)
    expect(seen.unhandled).toEqual([])
    expect(seen.loaded).toEqual(Object.fromEntries(packages.map(name => [name, true])))
    const names = ['session.MemoryStore', ...Object.keys(stores)]
    expect(seen.stores).toEqual(Object.fromEntries(names.map(name => [name, ANSWERS])))
  }, 180_000)
})
