import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type SessionOptions, type Store, session } from '@coatcheck/session'
import express from 'express-session'
import { onTestFinished } from 'vitest'

type Sessions = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void

interface Visitor {
  user?: string
  visits?: number
  destroy(done: (error?: unknown) => void): unknown
}

const common = { secret: 'a secret for tests', cookie: { maxAge: 60_000 } }

export function expressSession(store: unknown): Sessions {
  const options = { ...common, resave: false, saveUninitialized: false }
  return express({ ...options, store: store as express.Store }) as unknown as Sessions
}

export function ours(store: unknown, options: SessionOptions = {}): Sessions {
  return session.strict({ ...common, store: store as Store, ...options }) as unknown as Sessions
}

/** A visitor who keeps cookies. */
export interface Browser {
  get(path: string): Promise<{ status: number; text: string }>
}

/** A server whose sessions can be exchanged. A failure is answered with its code, or its name. */
export async function startApp(first: Sessions) {
  let sessions = first
  const failures: Error[] = []
  const server = createServer((req, res) => {
    sessions(req, res, error => {
      if (!error) return answer(req, res)
      const { status = 500, code, name } = error as { status?: number; code?: string; name?: string }
      failures.push(error as Error)
      res.writeHead(status).end(`${typeof code === 'string' ? code : name}`)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo

  function browser(): Browser {
    let cookie = ''
    return {
      async get(path) {
        const reply = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } })
        for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]!
        return { status: reply.status, text: await reply.text() }
      },
    }
  }

  return {
    browser,
    failures,
    use(other: Sessions) {
      sessions = other
    },
  }
}

function answer(req: IncomingMessage, res: ServerResponse): void {
  const visitor = (req as unknown as { session: Visitor }).session
  if (req.url === '/login') visitor.user = 'Ada'
  if (req.url === '/visit') visitor.visits = (visitor.visits ?? 0) + 1
  if (req.url === '/logout') {
    visitor.destroy(error => res.writeHead(error ? 500 : 200).end('bye'))
    return
  }
  const user = visitor.user ?? 'nobody'
  res.end(req.url === '/visit' ? `${user} ${visitor.visits}` : user)
}
