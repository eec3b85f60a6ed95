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
 * What is kept under each key: data and remaining milliseconds at one moment, nothing when the key is missing, and a word when it
 * cannot be read, so that the others can be.
 */
export const READ: Script = new Script(`
local get = #KEYS == 1 and redis.call or redis.pcall
local found = {}
for i, key in ipairs(KEYS) do
  local data = get('GET', key)
  if type(data) == 'string' then
    data = { data, redis.call('PTTL', key) }
  elseif data then
    data = 'failed'
  end
  found[i] = data
end
return found`)

/**
 * The same; where the data begins as expected, with its lifetime started anew, and one element more to tell. A server that takes no
 * writes at the moment lets it be read all the same.
 */
export const RENEW: Script = new Script(`
local get = #KEYS == 1 and redis.call or redis.pcall
local length = #ARGV[1]
local found = {}
for i, key in ipairs(KEYS) do
  local data = get('GET', key)
  if type(data) == 'string' then
    local left = redis.call('PTTL', key)
    if string.sub(data, 1, length) == ARGV[1] and redis.pcall('PEXPIRE', key, ARGV[2]) == 1 then
      data = { data, left, 'renewed' }
    else
      data = { data, left }
    end
  elseif data then
    data = 'failed'
  end
  found[i] = data
end
return found`)

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
