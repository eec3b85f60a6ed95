import { type App, allDoings, type Doing } from './app.ts'
import { inLanes } from './gates.ts'

/** Whether a session lies in the database, asked there and not of the store. */
export type IsStored = (sid: string) => Promise<boolean>

export interface LogoutRaces {
  /** Late requests after which the session was there again, by what they did. */
  revived: Partial<Record<Doing, number>>
  /** Session cookies of the ended session that late requests have sent. */
  cookies: number
  /** Late requests that were answered with something other than 200. */
  failed: number
}

/**
 * Races of a logout with one to three requests that have read the session before it, and end after it. `apps` are two servers on one
 * database, as in two processes.
 */
export async function raceLogouts(apps: [App, App], isStored: IsStored, count: number): Promise<LogoutRaces> {
  const seen: LogoutRaces = { revived: {}, cookies: 0, failed: 0 }
  await inLanes(count, 20, async i => {
    const doing = allDoings[i % allDoings.length]!
    const round = Math.floor(i / allDoings.length)
    const { cookie, sid } = await apps[0].login()
    const late = [0, 1, 0].slice(0, 1 + (round % 3)).map(n => apps[n]!.late(cookie, doing))
    await Promise.all(late.map(({ arrived }) => arrived))
    const how = round % 4 < 2 ? 'destroy' : 'regenerate'
    if (!(await isStored(sid))) throw new Error('The login did not store the session')
    const out = await apps[round % 2]!.get(`logout/${how}`, cookie)
    if (out.status !== 200) throw new Error(`The logout was answered with ${out.status}: ${out.text}`)
    if (await isStored(sid)) throw new Error('The logout did not end the session')

    for (const { open } of late) open()
    for (const { status, setCookie } of await Promise.all(late.map(({ reply }) => reply))) {
      if (status !== 200) seen.failed++
      // A new session of a late regenerate() is not the one that has ended.
      seen.cookies += setCookie.filter(line => line.includes(cookie)).length
    }
    const whoami = await apps[1].get('whoami', cookie)
    if ((await isStored(sid)) || whoami.text !== 'nobody')
      seen.revived[doing] = (seen.revived[doing] ?? 0) + 1
  })
  return seen
}

/**
 * Races of a logout with requests that end at the same moment, half of them let go before it and half after it. Tells how often the
 * session was there afterwards.
 */
export async function raceAtOnce(apps: [App, App], isStored: IsStored, count: number): Promise<number> {
  let revived = 0
  await inLanes(count, 10, async i => {
    const { cookie, sid } = await apps[0].login()
    const late = allDoings.map((doing, n) => apps[n % 2]!.late(cookie, doing))
    await Promise.all(late.map(({ arrived }) => arrived))
    const before = i % allDoings.length
    for (const { open } of late.slice(0, before)) open()
    const out = apps[0].get('logout/destroy', cookie)
    for (const { open } of late.slice(before)) open()
    await Promise.all([out, ...late.map(({ reply }) => reply)])
    if (await isStored(sid)) revived++
  })
  return revived
}

/** How many of `count` increments are lost when clients increment each a number of its own in one session. */
export async function raceIncrements(apps: [App, App], clients: number, count: number): Promise<number> {
  const { cookie } = await apps[0].login()
  const each = count / clients
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let i = 0; i < each; i++) {
        const { status, text } = await apps[client % 2]!.get(`count/${client}`, cookie)
        if (status !== 200) throw new Error(`An increment was answered with ${status}: ${text}`)
      }
    }),
  )
  const counts = JSON.parse((await apps[0].get('counts', cookie)).text) as Record<string, number>
  let kept = 0
  for (let client = 0; client < clients; client++) kept += counts[`count${client}`] ?? 0
  return count - kept
}
