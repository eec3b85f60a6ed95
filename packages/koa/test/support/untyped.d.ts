declare module 'koa2' {
  const Koa2: unknown
  export default Koa2
}

declare module 'koa-generic-session' {
  import type { Middleware } from 'koa'

  export default function session(options: object): Middleware
}
