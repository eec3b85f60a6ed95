import '../../../session/test/support/silence.ts'
import { type SessionsOptions, sessions } from '@coatcheck/fastify'
import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { MapStore } from '../../../session/test/support/map-backend.ts'

export const SECRET = 'a secret of thirty-two characters'

declare module 'fastify' {
  interface Session {
    user?: string
    views?: number
    cart?: string[]
  }
}

/** What the client got. */
export interface Answer {
  status: number
  text: string
  setCookie: string[]
  /** The `Cookie` header of a client that has got this answer. */
  cookie: string
}

export interface Client {
  get(path: string, cookie?: string): Promise<Answer>
}

/** Requests that are put into the app without a server. */
export function clientOf(app: FastifyInstance): Client {
  return {
    async get(path, cookie = '') {
      const reply = await app.inject({ url: path, headers: { cookie } })
      const setCookie = [reply.headers['set-cookie'] ?? []].flat()
      const kept = setCookie.map(value => value.split(';')[0]).join('; ')
      return { status: reply.statusCode, text: reply.body, setCookie, cookie: kept }
    },
  }
}

/** An app with the plugin and these routes, closed when the test ends. */
export async function start(
  fastify: () => FastifyInstance,
  routes: (app: FastifyInstance) => void | Promise<void>,
  options: Partial<SessionsOptions> = {},
) {
  const store = new MapStore()
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(sessions, { secret: SECRET, store, ...options })
  await routes(app)
  return { app, store, ...clientOf(app) }
}
