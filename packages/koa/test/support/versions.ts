import Koa from 'koa'
import Koa2 from 'koa2'

/** The versions that are supported, each by the function that makes an app. */
export const versions: [name: string, koa: () => Koa][] = [
  ['Koa 3', () => silent(new Koa())],
  ['Koa 2', () => silent(new (Koa2 as unknown as typeof Koa)())],
]

function silent(app: Koa): Koa {
  app.silent = true
  return app
}
