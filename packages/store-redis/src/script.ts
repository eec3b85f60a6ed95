import { createHash } from 'node:crypto'
import type { Driver } from './client.ts'

/** A Lua script on one key. Sent by its hash; the text follows when the server does not know it, as after a restart or a failover. */
export class Script {
  readonly #text: string
  readonly #hash: string

  constructor(text: string) {
    this.#text = text
    this.#hash = createHash('sha1').update(text).digest('hex')
  }

  async run(driver: Driver, key: string, ...args: string[]): Promise<unknown> {
    try {
      return await driver.command(key, ['evalsha', this.#hash, '1', key, ...args])
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return driver.command(key, ['eval', this.#text, '1', key, ...args])
    }
  }
}

/** Data and remaining milliseconds at one moment; nothing when the key is missing. */
export const READ: Script = new Script(`
local data = redis.call('GET', KEYS[1])
if data then return { data, redis.call('PTTL', KEYS[1]) } end
return false`)

/**
 * The same; where the data begins as expected, with its lifetime started anew, and one element more to tell. A server that takes no
 * writes at the moment lets it be read all the same.
 */
export const RENEW: Script = new Script(`
local data = redis.call('GET', KEYS[1])
if not data then return false end
local left = redis.call('PTTL', KEYS[1])
if string.sub(data, 1, #ARGV[1]) == ARGV[1] and redis.pcall('PEXPIRE', KEYS[1], ARGV[2]) == 1 then
  return { data, left, 'renewed' }
end
return { data, left }`)

/** Replace what is still the expected data. */
export const REPLACE: Script = new Script(`
local data = redis.call('GET', KEYS[1])
if not data then return 'missing' end
if data ~= ARGV[3] then return 'changed' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'updated'`)
