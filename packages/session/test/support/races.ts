import { type Agent, type IncomingMessage, Agent as KeepAlive, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Installed, useBuilt } from './child.ts'
import { type Running, runProcess } from './processes.ts'

/**
 * Races of a request that ends a session with one that rotates its id: `regenerate({ keep: true, grace })`. Whichever is first, the
 * session has ended when both were answered: neither the old cookie nor the one of the rotation leads to its data.
 */
const ENDINGS = ['destroy', 'regenerate', 'unset', 'login'] as const
type Ending = (typeof ENDINGS)[number]

/** Races per test. `COATCHECK_RACES=4000` is what a change of the order of steps should be tried with. */
const RACES = Number(process.env.COATCHECK_RACES ?? 100)
/** So many races run at once. */
const AT_ONCE = 16

/** How a process of its own opens the store. */
export interface RacingStore extends Pick<Installed, 'stores'> {
  /** Text of a module that defines `store`. Everything of the environment is there. */
  readonly source: string
  readonly env?: () => Record<string, string>
  /** With how many processes. Default one, and two. */
  readonly processes?: readonly number[]
}

const SERVER = `
import http from 'node:http'
import session from '@coatcheck/session'
const secret = 'a secret for tests, of 32 characters'
const sessions = session.strict({ secret, name: 'sid', store, unset: 'destroy', cookie: { maxAge: 600_000 } })
const acts = {
  async enter(req) { await req.session.regenerate({ data: { user: 'ada' } }) },
  async rotate(req) { await req.session.regenerate({ keep: true, grace: 30_000 }) },
  async destroy(req) { await req.session.destroy() },
  async regenerate(req) { await req.session.regenerate() },
  async unset(req) { delete req.session },
  async login(req) { await req.session.regenerate({ data: { user: 'eve' } }) },
  async whoami() {},
}
const server = http.createServer((req, res) => sessions(req, res, async error => {
  try {
    if (error) throw error
    await acts[req.url.slice(1)](req)
    res.end(JSON.stringify({ user: req.session?.user }))
  } catch (error) {
    res.statusCode = error.status ?? 500
    res.end(JSON.stringify({ code: error.code ?? error.message }))
  }
}))
// A connection that was idle for five seconds, as on a busy machine, is not closed under the next request.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('message', () => process.exit())
`

interface Reply {
  status: number
  user: string | undefined
  cookie: string | undefined
}

/** What has become of the races of one kind. `undone`: somebody is still logged in, by which cookie and after which answers. */
export interface Outcome {
  races: number
  undone: string[]
  /** How often the rotation came through with the session's data. */
  rotated: number
  /** Endings that were answered with an error: the app knows of those. */
  refused: number
}

/** Tests for a store with one process and with two. */
export function describeRaces(
  name: string,
  { stores, source, env = () => ({}), processes: counts = [1, 2] }: RacingStore,
): void {
  describe(`races: ${name}`, () => {
    const built = useBuilt(stores ? { stores } : {})
    for (const processes of counts) {
      for (const ending of ENDINGS) {
        it(`${ending} beside a rotation with grace is final, ${processes} process(es)`, async () => {
          const ports = await Promise.all(
            Array.from({ length: processes }, () => serve(runProcess(built.folder, source + SERVER, env()))),
          )
          const outcome = await race(ending, ports, RACES)
          expect(outcome.undone.slice(0, 5), JSON.stringify(outcome)).toEqual([])
          // Races that all go one way prove nothing.
          expect(outcome.rotated).toBeGreaterThan(0)
          expect(outcome.refused).toBeLessThan(outcome.races)
        }, 600_000)
      }
    }
  })
}

async function serve({ message, child }: Running): Promise<number> {
  const port = (await message()) as number
  onTestFinished(() => {
    if (child.connected) child.send('end')
  })
  return port
}

/** Run so many races: the ending asks the first process, the rotation the last one, or the other way round. */
export async function race(ending: Ending, ports: readonly number[], races: number): Promise<Outcome> {
  const agent = new KeepAlive({ keepAlive: true })
  const outcome: Outcome = { races, undone: [], rotated: 0, refused: 0 }
  let begun = 0
  const worker = async () => {
    while (begun < races) await one(agent, ending, begun++ % 2 ? ports : [...ports].reverse(), outcome)
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  } finally {
    agent.destroy()
  }
  return outcome
}

async function one(agent: Agent, ending: Ending, ports: readonly number[], outcome: Outcome): Promise<void> {
  const [here, there] = [ports[0]!, ports.at(-1)!]
  const { cookie } = await ask(agent, here, 'enter')
  const [ended, rotated] = await Promise.all([
    sleep(Math.random() * 4).then(() => ask(agent, here, ending, cookie)),
    sleep(Math.random() * 4).then(() => ask(agent, there, 'rotate', cookie)),
  ])
  if (rotated.user === 'ada') outcome.rotated++
  if (ended.status !== 200) {
    outcome.refused++
    return
  }
  for (const [whose, port] of [
    ['old', here],
    ['old', there],
    ['rotated', here],
    ['rotated', there],
  ] as const) {
    const held = whose === 'old' ? cookie : rotated.cookie
    const { user } = held ? await ask(agent, port, 'whoami', held) : { user: undefined }
    if (user === 'ada') outcome.undone.push(`${whose} cookie, rotation answered ${rotated.status}`)
  }
}

function ask(agent: Agent, port: number, act: string, cookie?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, agent, path: `/${act}`, headers: cookie ? { cookie } : {} }
    const req = request(options, res => {
      textOf(res).then(text => {
        const { user } = JSON.parse(text) as { user?: string }
        const set = res.headers['set-cookie']?.at(-1)?.split(';')[0]
        resolve({ status: res.statusCode!, user, cookie: set === 'sid=' ? undefined : set })
      }, reject)
    })
    req.on('error', reject)
    req.end()
  })
}

async function textOf(res: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of res.setEncoding('utf8')) text += chunk
  return text
}
