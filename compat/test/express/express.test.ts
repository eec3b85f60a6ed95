import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import express5, { type Express } from 'express'
import express4 from 'express4'
import { describe, expect, it } from 'vitest'
import { type Listener, serve } from '../../../packages/session/test/support/http.ts'
import { tempFolder } from '../../../packages/store-sqlite/test/support/files.ts'
import { handler, sidOf } from '../support/account.ts'
import { browse } from '../support/browser.ts'
import { COMMON, implementations, type Middleware, type Options } from '../support/sessions.ts'

const PAGE = 'a page that is longer than a packet. '.repeat(5_000)

const versions = { 'Express 4': express4 as unknown as typeof express5, 'Express 5': express5 }
const both = Object.entries(versions).flatMap(([version, express]) =>
  implementations.map(({ name, session }) => ({ version, express, name, session })),
)

describe.each(both)('$name on $version', ({ session, express }) => {
  const sessionsWith = (options: Options = {}) => session({ ...COMMON, ...options })

  /** An app with these routes after the session, and a browser at it. */
  async function open(routes: (app: Express) => void, sessions: Middleware = sessionsWith()) {
    const app = express()
    app.set('env', 'test')
    app.use(sessions as never)
    app.get(
      '/count',
      handler((req, res) => res.end(String(req.session.count ?? 0))),
    )
    routes(app)
    return browse(await serve(app as unknown as Listener))
  }

  const count = handler((req, _res, next) => {
    req.session.count = Number(req.session.count ?? 0) + 1
    next()
  })

  it('routers and sub-apps: all of them see one session', async () => {
    const sub = express().get('/sub', count, (_req, res) => void res.send('sub'))
    const router = express.Router().get('/router', count, (_req, res) => void res.send('router'))
    const app = await open(app => {
      app.use('/deep', router.use('/er', sub))
      app.get('/top', count, (_req, res) => void res.send('top'))
    })
    for (const path of ['/top', '/deep/router', '/deep/er/sub']) {
      expect((await app.visit(path)).text).toBe(path.split('/').at(-1))
    }
    expect((await app.visit('/count')).text).toBe('3')
  })

  it('sub-apps: one with sessions of its own has its own cookie, below its path', async () => {
    const admin = express()
    admin.use(sessionsWith({ name: 'admin.sid', cookie: { path: '/admin' } }) as never)
    admin.get('/', count, (_req, res) => void res.send('admin'))
    const app = express()
    app.use('/admin', admin)
    app.use(sessionsWith() as never)
    app.get(
      '/',
      count,
      handler((req, res) => res.end(req.session.id)),
    )
    const browser = browse(await serve(app as unknown as Listener))
    expect((await browser.visit('/admin')).text).toBe('admin')
    await browser.visit('/')
    expect([...browser.cookies.keys()].sort()).toEqual(['admin.sid', 'connect.sid'])
    expect(browser.cookies.get('admin.sid')!.attributes).toContain('Path=/admin')
    expect(sidOf(browser, 'admin.sid')).not.toBe(sidOf(browser))
  })

  it('mounting: a session that is mounted on a path knows the whole URL', async () => {
    const app = express()
    app.use('/shop', sessionsWith({ cookie: { path: '/shop' } }) as never, count)
    app.get(
      '/shop/cart',
      handler((req, res) => res.end(String(req.session.count))),
    )
    const browser = browse(await serve(app as unknown as Listener))
    expect((await browser.visit('/shop/cart')).text).toBe('1')
    expect((await browser.visit('/shop/cart')).text).toBe('2')
  })

  it('errors: what a handler wrote before it failed is saved, and its error page is whole', async () => {
    const app = await open(app => {
      app.get('/fails', count, (_req, _res, next) => next(Object.assign(new Error('no'), { status: 418 })))
    })
    const reply = await app.visit('/fails')
    expect([reply.status, reply.text.includes('no')]).toEqual([418, true])
    expect((await app.visit('/count')).text).toBe('1')
  })

  it('sendFile: the file comes whole and in parts, and the session is saved', async () => {
    const file = join(tempFolder(), 'page.txt')
    writeFileSync(file, PAGE)
    const app = await open(app => app.get('/file', count, (_req, res) => void res.sendFile(file)))
    const whole = await app.visit('/file')
    expect([whole.text === PAGE, whole.headers['content-length']]).toEqual([true, String(PAGE.length)])
    expect(sidOf(app)).toBeDefined()
    const part = await app.visit('/file', { headers: { Range: 'bytes=10-19' } })
    expect([part.status, part.text]).toEqual([206, PAGE.slice(10, 20)])
    expect((await app.visit('/count')).text).toBe('2')
  })

  it.each(['send', 'sendFile'] as const)('304: %s of what the browser has, with a cookie', async method => {
    const file = join(tempFolder(), 'page.txt')
    writeFileSync(file, PAGE)
    const app = await open(
      app => app.get('/', (_req, res) => void res[method](method === 'send' ? PAGE : file)),
      sessionsWith({ rolling: true, saveUninitialized: true }),
    )
    const { etag } = (await app.visit('/')).headers
    const reply = await app.visit('/', { headers: { 'If-None-Match': etag! } })
    expect([reply.status, reply.text, reply.headers.etag]).toEqual([304, '', etag])
    expect(reply.setCookie).toHaveLength(1)
  })

  it('HEAD: the headers of the page and its cookie, no body', async () => {
    const app = await open(app => app.get('/', count, (_req, res) => void res.send(PAGE)))
    const reply = await app.visit('/', { method: 'HEAD' })
    expect([reply.status, reply.text]).toEqual([200, ''])
    expect(reply.headers['content-length']).toBe(String(PAGE.length))
    expect(reply.setCookie).toHaveLength(1)
    expect((await app.visit('/count')).text).toBe('1')
  })

  it('streams: a piped file comes whole, and the session is saved when it has', async () => {
    const file = join(tempFolder(), 'page.txt')
    writeFileSync(file, PAGE)
    const app = await open(app => app.get('/', count, (_req, res) => void createReadStream(file).pipe(res)))
    const reply = await app.visit('/')
    expect([reply.text === PAGE, reply.headers['transfer-encoding']]).toEqual([true, 'chunked'])
    expect((await app.visit('/count')).text).toBe('1')
  })

  it('methods of a response: each gives what it gives without sessions', async () => {
    const routes = (app: Express) => {
      app.get('/json', count, (_req, res) => void res.json({ coat: 'navy' }))
      app.get('/status', count, (_req, res) => void res.sendStatus(204))
      app.get('/buffer', count, (_req, res) => void res.send(Buffer.from('coat')))
      app.get('/jsonp', count, (_req, res) => void res.jsonp({ coat: 'navy' }))
    }
    const app = await open(routes)
    const bare = await open(routes, (req, _res, next) => {
      Object.assign(req, { session: {} })
      next()
    })
    // An empty end() is left out: express-session sends it in chunks.
    for (const path of ['/json', '/status', '/buffer', '/jsonp?callback=f', '/nowhere']) {
      const [mine, theirs] = [await app.visit(path), await bare.visit(path)]
      for (const reply of [mine, theirs]) {
        delete reply.headers.date
        delete reply.headers['set-cookie']
      }
      expect([mine.status, mine.text, mine.headers]).toEqual([theirs.status, theirs.text, theirs.headers])
    }
    expect((await app.visit('/count')).text).toBe('4')
  })
})

describe.each(implementations)('$name on Express 5 only', ({ session }) => {
  it('errors: a rejected handler is an error page, and what it wrote is saved', async () => {
    const app = express5()
      .set('env', 'test')
      .use(session(COMMON) as never)
    app.get(
      '/',
      handler(async req => {
        req.session.user = 'Ada'
        await Promise.reject(Object.assign(new Error('no'), { status: 409 }))
      }),
    )
    app.get(
      '/user',
      handler((req, res) => res.end(String(req.session.user))),
    )
    const browser = browse(await serve(app as unknown as Listener))
    expect((await browser.visit('/')).status).toBe(409)
    expect((await browser.visit('/user')).text).toBe('Ada')
  })
})
