import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type SessionRequest, type Store, session } from '@coatcheck/session'
import { onTestFinished } from 'vitest'

type Data = { user?: string; counts?: never } & Record<string, number | string | undefined>

/** An app of one process: its store can be replaced, as by a restart that lets requests end. */
export class Instance {
  url = ''
  #sessions: ReturnType<typeof session<Data>>

  constructor(store: Store) {
    this.#sessions = sessionsOf(store)
  }

  use(store: Store): void {
    this.#sessions = sessionsOf(store)
  }

  async listen(): Promise<this> {
    const server = createServer((req, res) => {
      const sessions = this.#sessions
      sessions(req, res, error => {
        const work = error ? Promise.reject(error) : this.#answer(req as SessionRequest, sessions)
        work.then(
          text => res.end(text),
          failure => res.writeHead(500).end(String(failure)),
        )
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return this
  }

  async #answer(req: SessionRequest, sessions: ReturnType<typeof session<Data>>): Promise<string> {
    const visitor = sessions.of(req)!
    const [, path, name] = req.url!.split('/')
    if (path === 'login') {
      await visitor.regenerate()
      Object.assign(sessions.of(req)!, { user: name })
    }
    if (path === 'logout') await visitor.destroy()
    if (path === 'count' && visitor.user) visitor[name!] = Number(visitor[name!] ?? 0) + 1
    return JSON.stringify(sessions.of(req) ?? {})
  }
}

function sessionsOf(store: Store) {
  return session.strict<Data>({ secret: 'a secret for tests', store, cookie: { maxAge: 600_000 } })
}

const KEYS = ['a', 'b', 'c']

/** Somebody who counts in a session, at several instances at once, and now and then logs out and in again. */
export class Visitor {
  readonly name: string
  readonly #instances: readonly Instance[]
  /** Cookies whose sessions were ended. */
  readonly ended: string[] = []
  rounds = 0
  #cookie = ''
  #counted = 0

  constructor(name: string, instances: readonly Instance[]) {
    this.name = name
    this.#instances = instances
  }

  async login(): Promise<void> {
    const reply = await this.#get(0, `login/${this.name}`, '')
    this.#cookie = reply.cookie
    this.#counted = 0
  }

  /** Throws when a count is not what it must be, or when there is no session any more, or an ended one again. */
  async round(): Promise<void> {
    const round = this.rounds++
    await Promise.all(KEYS.map((key, at) => this.#get(round + at, `count/${key}`)))
    this.#counted++
    await this.look(round)
    if (round % 5 !== 4) return
    await this.#get(round, 'logout')
    this.ended.push(this.#cookie)
    await this.lookBack()
    await this.login()
  }

  async look(at = 0): Promise<void> {
    const { session } = await this.#get(at, 'look')
    const expected = { user: this.name, ...Object.fromEntries(KEYS.map(key => [key, this.#counted])) }
    const { cookie: _, ...found } = session
    if (this.#counted > 0 && JSON.stringify(sorted(found)) !== JSON.stringify(sorted(expected))) {
      throw new Error(`${this.name} has ${JSON.stringify(found)}, want ${JSON.stringify(expected)}`)
    }
  }

  /** No ended session is there, at any instance. */
  async lookBack(): Promise<void> {
    for (const cookie of this.ended) {
      for (const at of this.#instances.keys()) {
        const { session } = await this.#get(at, 'look', cookie)
        if (session.user) throw new Error(`${this.name} was logged out and is back`)
      }
    }
  }

  async #get(at: number, path: string, cookie = this.#cookie) {
    const { url } = this.#instances[at % this.#instances.length]!
    const reply = await fetch(`${url}/${path}`, { headers: { cookie } })
    const text = await reply.text()
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${text}`)
    const [set = ''] = reply.headers.getSetCookie()
    return { session: JSON.parse(text) as Record<string, unknown>, cookie: set.split(';')[0]! }
  }
}

function sorted(data: Record<string, unknown>): [string, unknown][] {
  return Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Visitors that go on until they are stopped. */
export class Crowd {
  readonly visitors: readonly Visitor[]
  #going = false
  #walks: Promise<void>[] = []
  #watchers: (() => void)[] = []

  constructor(visitors: readonly Visitor[]) {
    this.visitors = visitors
  }

  start(): void {
    this.#going = true
    this.#walks = this.visitors.map(async visitor => {
      while (this.#going) {
        await visitor.round()
        for (const look of this.#watchers) look()
      }
    })
  }

  /** When each has done so many rounds more; fails when one of them was not served as it must be. */
  async rounds(count: number): Promise<void> {
    const until = this.visitors.map(visitor => visitor.rounds + count)
    const enough = new Promise<void>(resolve => {
      this.#watchers.push(() => {
        if (this.visitors.every((visitor, at) => visitor.rounds >= until[at]!)) resolve()
      })
    })
    await Promise.race([enough, Promise.all(this.#walks)])
  }

  /** When the round that each has begun has ended. */
  async stop(): Promise<void> {
    this.#going = false
    await Promise.all(this.#walks)
  }
}
