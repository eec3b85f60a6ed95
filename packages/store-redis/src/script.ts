import { createHash } from 'node:crypto'
import type { Driver } from './driver.ts'
import { isRefused } from './failures.ts'

/** A Lua script. Sent by its hash; the text follows when the server does not know it, as after a restart or a failover. */
export class Script {
  readonly #text: string
  readonly #hash: string

  constructor(text: string) {
    this.#text = text
    this.#hash = sha1(text)
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
 * Scripts as functions of the server, from Redis 7 on. Tracing, and the products that build on it, shows the arguments of a script
 * and not those of a function: what sessions hold goes through functions.
 */
export class Library<Name extends string> {
  readonly #code: string
  readonly #id: string

  /** Another text is another library: versions of this package may share a server. */
  constructor(bodies: Readonly<Record<Name, string>>) {
    this.#id = `coatcheck_${sha1(JSON.stringify(bodies)).slice(0, 10)}`
    const functions = Object.entries<string>(bodies).map(
      ([name, body]) => `redis.register_function('${this.#id}_${name}', function(KEYS, ARGV) ${body}\nend)`,
    )
    this.#code = `#!lua name=${this.#id}\n${functions.join('\n')}`
  }

  /** The first time the server is given the library. Several keys must be on one server. */
  async run(driver: Driver, name: Name, keys: readonly string[], ...args: string[]): Promise<unknown> {
    const command = ['fcall', `${this.#id}_${name}`, String(keys.length), ...keys, ...args]
    try {
      return await driver.command(keys[0]!, command)
    } catch (error) {
      if (!(error instanceof Error && /^ERR Function not found/i.test(error.message))) throw error
      await this.#load(driver)
      return driver.command(keys[0]!, command)
    }
  }

  async #load(driver: Driver): Promise<void> {
    const loaded = (await driver.masters()).map(send => send('function', 'load', this.#code))
    for (const { reason } of (await Promise.allSettled(loaded)) as PromiseRejectedResult[]) {
      // Another process may have been faster.
      if (reason && !/already exists/.test((reason as Error).message)) throw reason
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

/** The new text comes first, then its milliseconds. */
const BODIES = {
  /** Replace what is still the expected data. */
  replace: `
local data = redis.call('GET', KEYS[1])
if not data then return 'missing' end
if data ~= ARGV[3] then return 'changed' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'updated'`,
  /** Remove the first key and set the second; with a last argument only if the first was there. Gives what it held. */
  exchange: `
local data = redis.call('GET', KEYS[1])
if data or ARGV[3] == '' then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) end
if data then redis.call('DEL', KEYS[1]) end
return data`,
}

/** What writes session data on a condition. */
export type Write = keyof typeof BODIES

const LIBRARY = new Library<Write>(BODIES)

/** For servers without functions: the same as scripts. */
const SCRIPTS: Readonly<Record<Write, Script>> = {
  replace: new Script(BODIES.replace),
  exchange: new Script(BODIES.exchange),
}

/** How a server lets us write on a condition, best first. */
export type Means = 'functions' | 'scripts' | 'transactions'

/** Runs a write by the best means that the server lets us use. */
export class Writes {
  means: Means = 'functions'

  /** `undefined`: the server takes neither functions nor scripts from this user. */
  async run(driver: Driver, write: Write, keys: readonly string[], ...args: string[]): Promise<unknown> {
    if (this.means === 'functions') {
      try {
        return await LIBRARY.run(driver, write, keys, ...args)
      } catch (error) {
        if (!isRefused(error)) throw error
        this.means = (await takesScripts(driver)) ? 'scripts' : 'transactions'
      }
    }
    if (this.means === 'transactions') return undefined
    return SCRIPTS[write].run(driver, keys, ...args)
  }
}

/** Asked by a script of nothing: the arguments of one that is refused would be shown by tracing all the same. */
async function takesScripts(driver: Driver): Promise<boolean> {
  const [send] = await driver.masters()
  try {
    await send!('eval', 'return 1', '0')
    return true
  } catch (error) {
    if (isRefused(error)) return false
    throw error
  }
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}
