import { Readable } from 'node:stream'
import { type SessionsOptions, sessions } from '@coatcheck/koa'
import type Koa from 'koa'
import type { AnySession, Door, Exchange, Reply } from '../../../session/test/doors/door.ts'
import { got, headerOf } from '../../../session/test/doors/node-door.ts'
import { listen, SECRET } from './app.ts'

/** The middleware on a server of Koa. */
export function koaDoor(name: string, koa: () => Koa): Door {
  return {
    name: `sessions of @coatcheck/koa on ${name}`,
    header: headerOf,
    async start(handler, options) {
      const app = koa()
      app.use(async (ctx, next) => {
        try {
          await next()
        } catch (error) {
          ctx.status = 500
          ctx.body = `error: ${(error as Error).message}`
        }
      })
      app.use(sessions({ secret: SECRET, ...options } as SessionsOptions) as Koa.Middleware)
      app.use(async ctx => {
        const exchange: Exchange = {
          path: ctx.path,
          get session() {
            return ctx.session as AnySession
          },
          set session(value) {
            ctx.session = value
          },
        }
        write(ctx, await handler(exchange))
      })
      const url = await listen(app)
      return {
        async request(path = '/', { cookie = '', method = 'GET', headers = {} } = {}) {
          return got(await fetch(url + path, { method, headers: { ...headers, cookie }, redirect: 'manual' }))
        },
      }
    },
  }
}

function write(ctx: Koa.Context, { status = 200, headers = {}, body = '', redirect }: Reply): void {
  ctx.set(headers as Record<string, string>)
  if (redirect) return ctx.redirect(redirect)
  ctx.status = status
  ctx.body = typeof body === 'string' ? body : Readable.from(body)
}
