import { Readable } from 'node:stream'
import { type SessionsOptions, sessions } from '@coatcheck/fastify'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { onTestFinished } from 'vitest'
import type { Door, Exchange, Reply } from '../../../session/test/doors/door.ts'
import { got, headerOf } from '../../../session/test/doors/node-door.ts'

/** The plugin on a server of Fastify. */
export function fastifyDoor(name: string, fastify: () => FastifyInstance): Door {
  return {
    name: `sessions of @coatcheck/fastify on ${name}`,
    header: headerOf,
    async start(handler, options) {
      const app = fastify()
      onTestFinished(() => app.close())
      await app.register(sessions, {
        secret: 'a secret of thirty-two characters',
        ...options,
      } as SessionsOptions)
      app.setErrorHandler((error: Error, _request, reply) => {
        reply.code(500).send(`error: ${error.message}`)
      })
      app.all('/*', async (request, reply) => {
        const exchange: Exchange = {
          path: request.url,
          get session() {
            return request.session as never as Exchange['session']
          },
          set session(value) {
            Object.assign(request, { session: value })
          },
        }
        return send(reply, await handler(exchange))
      })
      const url = await app.listen({ host: '127.0.0.1', port: 0 })
      return {
        async request(path = '/', { cookie = '', method = 'GET', headers = {} } = {}) {
          return got(await fetch(url + path, { method, headers: { ...headers, cookie }, redirect: 'manual' }))
        },
      }
    },
  }
}

function send(reply: FastifyReply, { status = 200, headers = {}, body = '', redirect }: Reply): FastifyReply {
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  if (redirect) return reply.redirect(redirect)
  return reply.code(status).send(typeof body === 'string' ? body : Readable.from(body))
}
