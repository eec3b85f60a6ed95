import { createHash } from 'node:crypto'
import type { Driver } from './driver.ts'
import { isRefused } from './failures.ts'

/** A Lua script, sent by its hash. If the server does not know it, as after a restart or a failover, its text is sent too. */
export class Script {
  readonly #text: string
  readonly #hash: string

  constructor(text: string) {
    this.#text = text
    this.#hash = sha1(text)
  }

  /** Run the script. Several keys have to be on one server. */
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
 * Scripts as functions of the server, from Redis 7 on. Tracing shows the arguments of a script, but not those of a function. So session
 * data is only given to functions.
 */
export class Library<Name extends string> {
  readonly #code: string
  readonly #id: string

  /** The name depends on the text, because different versions of this package may share a server. */
  constructor(bodies: Readonly<Record<Name, string>>) {
    this.#id = `coatcheck_${sha1(JSON.stringify(bodies)).slice(0, 10)}`
    const functions = Object.entries<string>(bodies).map(
      ([name, body]) => `redis.register_function('${this.#id}_${name}', function(KEYS, ARGV) ${body}\nend)`,
    )
    this.#code = `#!lua name=${this.#id}\n${functions.join('\n')}`
  }

  /** Run a function. Loads the library if the server does not have it. Several keys have to be on one server. */
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
      // Another process may have loaded it first.
      if (reason && !/already exists/.test((reason as Error).message)) throw reason
    }
  }
}

/**
 * Lua: read a key. With a single key, a value that is not a string fails with Redis's error. With several keys, it has no data, but a
 * lifetime. A missing key has the lifetime -2.
 */
const DATA = `
local data = #KEYS == 1 and { redis.call('GET', KEYS[1]) } or redis.call('MGET', unpack(KEYS))`

/** Reads a key at one moment: a list of its data, and a list of its remaining milliseconds. */
export const READ: Script = new Script(
  "return { { redis.call('GET', KEYS[1]) }, { redis.call('PTTL', KEYS[1]) } }",
)

/** The remaining milliseconds of several keys. */
export const LIFETIMES: Script = new Script(`
local left = {}
for i, key in ipairs(KEYS) do left[i] = redis.call('PTTL', key) end
return left`)

/**
 * Reads keys in the same form, and restarts the lifetime of each key whose data begins as expected. A third list tells which keys these
 * are. If the server accepts no writes at the moment, the keys are only read.
 */
export const RENEW: Script = new Script(`${DATA}
local prefix, left, renewed = ARGV[1], {}, {}
for i, key in ipairs(KEYS) do
  left[i] = redis.call('PTTL', key)
  renewed[i] = data[i] and string.sub(data[i], 1, #prefix) == prefix and redis.pcall('PEXPIRE', key, ARGV[2]) == 1
end
return { data, left, renewed }`)

/** The first arguments are the new text and its lifetime in milliseconds. */
const BODIES = {
  /** Replace the data if it still equals the expected data. */
  replace: `
local data = redis.call('GET', KEYS[1])
if not data then return 'missing' end
if data ~= ARGV[3] then return 'changed' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'updated'`,
  /** Remove the first key and set the second; with a last argument only if the first was there. Returns the first key's data. */
  exchange: `
local data = redis.call('GET', KEYS[1])
if data or ARGV[3] == '' then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) end
if data then redis.call('DEL', KEYS[1]) end
return data`,
}

/** The conditional writes of session data. */
export type Write = keyof typeof BODIES

const LIBRARY = new Library<Write>(BODIES)

/** The same as scripts, for servers without functions. */
const SCRIPTS: Readonly<Record<Write, Script>> = {
  replace: new Script(BODIES.replace),
  exchange: new Script(BODIES.exchange),
}

/** The ways to write on a condition, best first. */
export type Means = 'functions' | 'scripts' | 'transactions'

/** Runs a conditional write in the best way that the server allows. */
export class Writes {
  means: Means = 'functions'

  /** `undefined` if the server lets this user run neither functions nor scripts. */
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

/** Tests with an empty script, because tracing shows the arguments of a script even if it is refused. */
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
