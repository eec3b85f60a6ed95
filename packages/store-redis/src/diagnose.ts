import { createRequire } from 'node:module'
import type { Finding } from '@coatcheck/session'
import type { Driver, Send } from './driver.ts'
import { isRefused } from './failures.ts'

/** A larger difference of the clocks, in milliseconds, means that a time server does not set both of them. */
const SKEW = 5000

/** The findings about the servers. If the user of Redis may not run a command, a finding says so, and nothing fails. */
export async function diagnose(driver: Driver, client: string): Promise<Finding[]> {
  const masters = await driver.masters()
  const packages = `@coatcheck/store-redis ${versionIn('../package.json')}, ${client}`
  const findings: Finding[] = [{ name: 'packages', level: 'ok', text: packages }]
  for (const [index, send] of masters.entries()) {
    const place = masters.length > 1 ? ` of master ${index + 1}` : ''
    for (const { name, ...finding } of await server(send)) findings.push({ name: name + place, ...finding })
  }
  return findings
}

async function server(send: Send): Promise<Finding[]> {
  const [clock, means, info, save] = await Promise.all([
    clockOf(send),
    meansOf(send),
    permitted(() => send('info')),
    permitted(() => send('config', 'get', 'save')),
  ])
  if (info === undefined) {
    const text = 'the user of the store may not run INFO: version, memory and persistence were not checked'
    return [{ name: 'server', level: 'ok', text }, clock, means]
  }
  const facts = factsOf(String(info))
  return [versionOfServer(facts), clock, means, memory(facts), persistence(facts, save)]
}

/** How a session is replaced if it has not changed since it was read. */
async function meansOf(send: Send): Promise<Finding> {
  const name = 'writes on a condition'
  if (await permitted(() => send('function', 'list', 'libraryname', 'coatcheck*'))) {
    return { name, level: 'ok', text: 'by functions' }
  }
  if (await permitted(() => send('eval', 'return 1', '0'))) {
    const text =
      'by scripts, as there are no functions (Redis 7, or FCALL and FUNCTION for the user): tracing of the client shows what is written'
    return { name, level: 'ok', text }
  }
  const text =
    'the user of the store may run neither functions nor scripts: plain commands take more round trips; allow @scripting'
  return { name, level: 'warning', text }
}

function versionOfServer(facts: Facts): Finding {
  const { server_name: name = 'redis', redis_version: redis } = facts
  // Valkey 9 has names of its own.
  const mode = facts.redis_mode ?? facts.server_mode
  const version = facts[`${name}_version`] ?? redis
  return { name: 'server', level: 'ok', text: `${name} ${version}${mode ? `, ${mode}` : ''}` }
}

/** A full server removes keys or refuses to write. */
function memory({ maxmemory, maxmemory_policy: policy, evicted_keys: evicted = '0' }: Facts): Finding {
  const name = 'maxmemory-policy'
  if (!policy) return { name, level: 'ok', text: 'the server does not tell' }
  const bound = Number(maxmemory) > 0 ? `at ${maxmemory} bytes` : 'no maxmemory is set'
  const text = `${policy}, ${bound}, ${evicted} keys evicted so far`
  if (policy === 'noeviction' || Number(maxmemory) === 0) return { name, level: 'ok', text }
  // Every session has an expiry, so the policies for volatile keys apply to sessions as well.
  return {
    name,
    level: 'warning',
    text: `${text}: a full server removes sessions that have not expired, and users are logged out; use noeviction, and another server for caches`,
  }
}

function persistence({ aof_enabled: aof }: Facts, save: unknown): Finding {
  const name = 'persistence'
  if (aof === '1') return { name, level: 'ok', text: 'appendonly: the last second may be lost in a crash' }
  if (save === undefined) {
    const text = 'appendonly is off, and the user of the store may not ask for "save" (CONFIG GET)'
    return { name, level: 'ok', text }
  }
  const points = settingOf(save)
  if (points) {
    const text = `snapshots (save ${points}), no appendonly: what was written since the last one is lost in a crash`
    return { name, level: 'ok', text }
  }
  const text =
    'neither appendonly nor save: all users are logged out when the server restarts; set appendonly yes'
  return { name, level: 'warning', text }
}

async function clockOf(send: Send): Promise<Finding> {
  const name = 'clock'
  const sent = Date.now()
  const time = (await permitted(() => send('time'))) as unknown[] | undefined
  if (!time) return { name, level: 'ok', text: 'the user of the store may not run TIME' }
  const between = (sent + Date.now()) / 2
  const ahead = Math.round(Number(time[0]) * 1000 + Number(time[1]) / 1000 - between)
  if (Math.abs(ahead) <= SKEW) return { name, level: 'ok', text: `${ahead} ms ahead of this process` }
  const text = `${ahead} ms ahead of this process: one of the two is wrong; sessions end by the one of the server`
  return { name, level: 'warning', text }
}

type Facts = Readonly<Record<string, string | undefined>>

function factsOf(info: string): Facts {
  const lines = info.split(/\r?\n/).filter(line => line.includes(':'))
  return Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
}

/** `CONFIG GET` returns a list of names and values, or in RESP3 a map. */
function settingOf(reply: unknown): string {
  if (Array.isArray(reply)) return String(reply[1] ?? '')
  if (reply instanceof Map) return String([...reply.values()][0] ?? '')
  return String(Object.values(reply as object)[0] ?? '')
}

/** `undefined` if the user may not run the command, or a provider has removed it. */
async function permitted(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

/** A file of this package, or of a package that it can resolve. */
export function versionIn(manifest: string): string {
  try {
    return createRequire(import.meta.url)(manifest).version
  } catch {
    return 'of unknown version'
  }
}
