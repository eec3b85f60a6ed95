import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, inject, it } from 'vitest'

const folder = new URL('../../../docs/findings/', import.meta.url)
const stores = readdirSync(folder)
  .filter(name => name.endsWith('.mjs'))
  .map(name => name.replace('.mjs', ''))

/** What the program of a report prints. */
async function run(store: string): Promise<string> {
  const env = {
    ...process.env,
    REDIS_URL: inject('redisUrl'),
    POSTGRES_URL: inject('postgresUrl'),
    MONGODB_URL: inject('mongodbUrl'),
  }
  const file = fileURLToPath(new URL(`${store}.mjs`, folder))
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env, timeout: 60_000 })
  return stdout.trim()
}

// A store that was mended since makes this fail: then the report has done its work, and goes.
describe('findings', () => {
  it.each(stores)('%s: the program prints what the report says', async store => {
    const report = await readFile(new URL(`${store}.md`, folder), 'utf8')
    const claimed = /```text\n(.*?)\n```/s.exec(report)?.[1]
    expect(await run(store)).toBe(claimed)
  })
})
