import { createHash } from 'node:crypto'
import type { Driver } from './client.ts'

/** A Lua script. Sent by its hash; the text follows when the server does not know it, as after a restart or a failover. */
export class Script {
  readonly #text: string
  readonly #hash: string

  constructor(text: string) {
    this.#text = text
    this.#hash = createHash('sha1').update(text).digest('hex')
  }

  /** Several keys must be on one server. */
  async run(driver: Driver, keys: readonly string[], ...args: string[]): Promise<unknown> {
    const parameters = [String(keys.length), ...keys, ...args]
    try {
      return await driver.command(keys[0]!, ['evalsha', this.#hash, ...parameters])
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return driver.command(keys[0]!, ['eval', this.#text, ...parameters])
    }
  }
}

/**
 * Asked for by itself, a key that has no text fails as Redis says it; among several it has no data and a lifetime all the same, where
 * a missing one has -2.
 */
const DATA = `
local data = #KEYS == 1 and { redis.call('GET', KEYS[1]) } or redis.call('MGET', unpack(KEYS))`

/** What is kept under the keys at one moment: a list of data and one of remaining milliseconds. */
export const READ: Script = new Script(`${DATA}
local left = {}
for i, key in ipairs(KEYS) do left[i] = redis.call('PTTL', key) end
return { data, left }`)

/**
 * The same; where the data begins as expected, with its lifetime started anew, and a third list to tell where. A server that takes no
 * writes at the moment lets it be read all the same.
 */
export const RENEW: Script = new Script(`${DATA}
local prefix, left, renewed = ARGV[1], {}, {}
for i, key in ipairs(KEYS) do
  left[i] = redis.call('PTTL', key)
  renewed[i] = data[i] and string.sub(data[i], 1, #prefix) == prefix and redis.pcall('PEXPIRE', key, ARGV[2]) == 1
end
return { data, left, renewed }`)

/** Remove the first key and set the second; with a last argument only if the first was there. Tells whether it was. */
export const EXCHANGE: Script = new Script(`
local there = redis.call('DEL', KEYS[1])
if there == 1 or ARGV[3] == '' then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) end
return there`)

/** Replace what is still the expected data. */
export const REPLACE: Script = new Script(`
local data = redis.call('GET', KEYS[1])
if not data then return 'missing' end
if data ~= ARGV[3] then return 'changed' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'updated'`)
