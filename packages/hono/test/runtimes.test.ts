import { expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { runOn, runtimes } from './support/runtimes.ts'

const built = useBuilt({ stores: ['store-memory', 'hono'] })

const app = `
  import { sessions } from '@coatcheck/hono'
  import { MemoryStore } from '@coatcheck/store-memory'
  import { Hono } from 'hono'
  import { streamSSE, streamText } from 'hono/streaming'

  const store = new MemoryStore()
  const set = store.set
  let failing = false
  store.set = (sid, data, done) => (failing ? setTimeout(done, 5, new Error('disk full')) : set.call(store, sid, data, done))
  const port = Number(process.env.PORT)
  const app = new Hono()
  app.onError((error, c) => c.text('error: ' + error.message, 500))
  app.use(sessions({ secret: 'a secret of thirty-two characters', store }))
  app.use(async (c, next) => {
    failing = c.req.path.startsWith('/failing')
    if (c.req.path !== '/') c.get('session').user = 'Ada'
    await next()
  })
  app.get('/', c => c.text(c.get('session').user ?? 'nobody'))
  app.get('/seen', c => c.text(String(c.get('session').seen)))
  app.get('/page', c => c.text('page'))
  app.get('/redirect', c => c.redirect('/'))
  app.get('/immutable', c => Response.redirect(new URL('/', c.req.url)))
  app.get('/stream', c => streamText(c, async out => {
    await out.write('one ')
    await out.write('two')
  }))
  app.get('/events', c => {
    const session = c.get('session')
    return streamSSE(c, async out => {
      session.seen = 1
      await session.save()
      await out.writeSSE({ data: 'hello' })
    })
  })
  app.get('/failing', c => c.text('page'))
  app.get('/failing/redirect', c => c.redirect('/'))
  app.get('/failing/stream', c => streamText(c, out => out.write('one')))
`

it.each(runtimes)(
  'server: pages, streams, events, redirects, HEAD and failing saves are answered on %s',
  async (name, serve) => {
    const { url } = await runOn(name, built.folder, `${app}${serve}\n`)
    const get = async (path: string, cookie = '', method = 'GET') => {
      const reply = await fetch(url + path, { method, headers: { cookie }, redirect: 'manual' })
      const [line = ''] = reply.headers.getSetCookie()
      return { status: reply.status, text: await reply.text(), cookie: line.split(';')[0]! }
    }
    for (const [path, status, text] of [
      ['/page', 200, 'page'],
      ['/redirect', 302, ''],
      ['/immutable', 302, ''],
      ['/stream', 200, 'one two'],
      ['/events', 200, 'data: hello\n\n'],
    ] as const) {
      const reply = await get(path)
      expect([path, reply.status, reply.text]).toEqual([path, status, text])
      expect([path, (await get('/', reply.cookie)).text]).toEqual([path, 'Ada'])
      if (path === '/events') expect((await get('/seen', reply.cookie)).text).toBe('1')
    }
    const head = await get('/page', '', 'HEAD')
    expect([head.status, head.text, (await get('/', head.cookie)).text]).toEqual([200, '', 'Ada'])
    for (const path of ['/failing', '/failing/redirect', '/failing/stream']) {
      expect(await get(path)).toEqual({ status: 500, text: 'error: disk full', cookie: '' })
    }
    expect((await get('/')).text).toBe('nobody')
  },
)
