import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { sessions } from '@coatcheck/fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dataIn, MapStore } from '../../session/test/support/map-backend.ts'
import { clientOf, SECRET, start } from './support/app.ts'
import { versions } from './support/versions.ts'

const viewsOf = (request: FastifyRequest) => request.session.views ?? 0

function countViews(request: FastifyRequest): string {
  request.session.views = viewsOf(request) + 1
  return `Views: ${request.session.views}`
}

describe.each(versions)('hooks on %s', (_, fastify) => {
  it('order: the session is there in each hook that comes after the plugin', async () => {
    const seen: string[] = []
    const { get } = await start(fastify, app => {
      for (const hook of ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const) {
        app.addHook(hook as 'onRequest', async request => {
          seen.push(`${hook} ${viewsOf(request)}`)
        })
      }
      app.addHook('onResponse', async request => {
        seen.push(`onResponse ${viewsOf(request)}`)
      })
      app.get('/', async request => countViews(request))
    })
    const { cookie } = await get('/')
    expect(seen).toEqual(['onRequest 0', 'preParsing 0', 'preValidation 0', 'preHandler 0', 'onResponse 1'])
    expect((await get('/', cookie)).text).toBe('Views: 2')
  })

  it('order: what a hook of onSend changes is saved too, of the app and of a plugin', async () => {
    const { get, store } = await start(fastify, async app => {
      app.addHook('onSend', async request => {
        request.session.user = 'Ada'
      })
      await app.register(async shop => {
        shop.addHook('onSend', async request => {
          request.session.cart = ['tea']
        })
        shop.get('/', async request => countViews(request))
      })
    })
    const { setCookie } = await get('/')
    expect(setCookie).toHaveLength(1)
    expect(dataIn(store)).toEqual([{ views: 1, user: 'Ada', cart: ['tea'] }])
  })

  it('order: a plugin that is not awaited serves the routes that come after it', async () => {
    const store = new MapStore()
    const app = fastify()
    onTestFinished(() => app.close())
    app.register(sessions, { secret: SECRET, store })
    app.get('/', async request => countViews(request))
    const { get } = clientOf(app)
    const { cookie } = await get('/')
    expect((await get('/', cookie)).text).toBe('Views: 2')
  })

  it('error handler: has the session, and what it changes is saved', async () => {
    const { get, store } = await start(fastify, app => {
      app.setErrorHandler((error: Error, request, reply) => {
        countViews(request)
        reply.code(422).send(error.message)
      })
      app.get('/', async () => {
        throw new Error('no tea')
      })
    })
    const reply = await get('/')
    expect([reply.status, reply.text, reply.setCookie.length]).toEqual([422, 'no tea', 1])
    expect(dataIn(store)).toEqual([{ views: 1 }])
  })

  it('error handler: hears of a failed save, in place of a page that is an error of the client too', async () => {
    const heard: string[] = []
    const { get, store } = await start(fastify, app => {
      app.setErrorHandler((error: Error, _request, reply) => {
        heard.push(error.message)
        reply.code(error.message === 'no tea' ? 404 : 503).send('sorry')
      })
      app.get('/', async request => countViews(request))
      app.get('/tea', async request => {
        countViews(request)
        throw new Error('no tea')
      })
    })
    store.failing = { write: new Error('store down') }
    expect(await get('/')).toMatchObject({ status: 503, text: 'sorry', setCookie: [] })
    // Its own handler has answered already: Fastify's answers.
    expect(await get('/tea')).toMatchObject({ status: 500, setCookie: [] })
    expect(heard).toEqual(['store down', 'no tea'])
  })

  it('error handler: answers in place of a redirect, without what belongs to that', async () => {
    const { app, store } = await start(fastify, app => {
      app.get('/', async (request, reply) => {
        countViews(request)
        return reply.header('Cache-Control', 'public').header('ETag', '"1"').redirect('/shop')
      })
    })
    store.failing = { write: new Error('store down') }
    const { statusCode, headers, json } = await app.inject('/')
    expect([statusCode, json().message]).toEqual([500, 'store down'])
    expect(Object.keys(headers).sort()).toEqual(['connection', 'content-length', 'content-type', 'date'])
  })

  it('not found: has the session, in a handler of the app, by default, and by callNotFound()', async () => {
    const { get, store } = await start(fastify, app => {
      app.setNotFoundHandler((request, reply) => {
        reply.code(404).send(countViews(request))
      })
      app.get('/gone', (_request, reply) => {
        reply.callNotFound()
      })
    })
    const { cookie, text, status } = await get('/nowhere')
    expect([status, text]).toEqual([404, 'Views: 1'])
    expect((await get('/gone', cookie)).text).toBe('Views: 2')
    expect(dataIn(store)).toEqual([{ views: 2 }])
    const plain = await start(fastify, () => {})
    expect((await plain.get('/')).status).toBe(404)
  })

  it('onSend: a hook that fails is answered, and the session is saved once', async () => {
    const { get, store } = await start(fastify, app => {
      let failed = false
      app.addHook('onSend', async () => {
        if (failed) return
        failed = true
        throw new Error('no onSend')
      })
      app.get('/', async request => countViews(request))
    })
    expect(await get('/')).toMatchObject({ status: 500 })
    expect(store.calls.filter(call => call === 'write' || call === 'update')).toHaveLength(1)
    expect(dataIn(store)).toEqual([{ views: 1 }])
  })

  it('hijack: nothing is saved but by save()', async () => {
    const { get, store } = await start(fastify, app => {
      app.get('/:how', async (request, reply) => {
        countViews(request)
        reply.hijack()
        if (request.url === '/saved') await request.session.save()
        reply.raw.end('raw')
      })
    })
    expect(await get('/lost')).toMatchObject({ text: 'raw', setCookie: [] })
    expect(store.rows.size).toBe(0)
    await get('/saved')
    expect(dataIn(store)).toEqual([{ views: 1 }])
  })

  it('stream: the session is stored before the first part goes out', async () => {
    const { app, store } = await start(fastify, app => {
      app.get('/', async (request, reply) => {
        countViews(request)
        async function* parts() {
          yield JSON.stringify(dataIn(store))
        }
        return reply.send(Readable.from(parts()))
      })
    })
    const reply = await app.inject('/')
    expect(reply.body).toBe('[{"views":1}]')
  })

  it('client: one that goes before the answer does not keep its request from being saved', async () => {
    let go: () => void = () => {}
    const gone = new Promise<void>(resolve => {
      go = resolve
    })
    const { app, store, get } = await start(fastify, app => {
      app.get('/', async request => countViews(request))
      app.get('/slow', async request => {
        countViews(request)
        await gone
        return 'late'
      })
    })
    const { cookie } = await get('/')
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const arrived = once(app.server, 'request')
    const request = httpRequest(`${url}/slow`, { headers: { cookie } })
    request.on('error', () => {})
    request.end()
    const [incoming] = (await arrived) as [NodeJS.ReadableStream]
    const closed = new Promise(resolve => incoming.once('close', resolve))
    request.destroy()
    await closed
    go()
    await expect.poll(() => dataIn(store), { timeout: 20_000 }).toEqual([{ views: 2 }])
  })
})

describe.each(versions)('encapsulation on %s', (_, fastify) => {
  async function mount(routes: (app: FastifyInstance) => Promise<void>) {
    const app = fastify()
    onTestFinished(() => app.close())
    await routes(app)
    return { app, ...clientOf(app) }
  }

  it('plugin: registered at the root, it serves the routes of every plugin', async () => {
    const { get } = await start(fastify, async app => {
      await app.register(async shop => void shop.get('/cart', async request => countViews(request)), {
        prefix: '/shop',
      })
    })
    expect((await get('/shop/cart')).text).toBe('Views: 1')
  })

  it('plugin: registered in another one, it serves the routes of that one only', async () => {
    const store = new MapStore()
    const { get } = await mount(async app => {
      await app.register(async shop => {
        await shop.register(sessions, { secret: SECRET, store })
        shop.get('/cart', async request => countViews(request))
      })
      app.get('/', async request => String('session' in request))
    })
    const cart = await get('/cart')
    expect([cart.text, cart.setCookie.length]).toEqual(['Views: 1', 1])
    expect(await get('/', cart.cookie)).toMatchObject({ text: 'false', setCookie: [] })
  })

  it('plugin: two parts of an app have a store and a cookie each', async () => {
    const stores = { shop: new MapStore(), admin: new MapStore() }
    const { get } = await mount(async app => {
      for (const [name, store] of Object.entries(stores)) {
        await app.register(async part => {
          await part.register(sessions, { secret: SECRET, store, name })
          part.get(`/${name}`, async request => countViews(request))
        })
      }
    })
    const shop = await get('/shop')
    const admin = await get('/admin', shop.cookie)
    const both = `${shop.cookie}; ${admin.cookie}`
    expect([shop.text, admin.text]).toEqual(['Views: 1', 'Views: 1'])
    expect([(await get('/shop', both)).text, (await get('/admin', both)).text]).toEqual([
      'Views: 2',
      'Views: 2',
    ])
    expect([dataIn(stores.shop), dataIn(stores.admin)]).toEqual([[{ views: 2 }], [{ views: 2 }]])
  })

  it('plugin: a second one in the same part is refused by Fastify', async () => {
    const store = new MapStore()
    const { app } = await start(fastify, () => {})
    await expect(app.register(sessions, { secret: SECRET, store })).rejects.toThrow(/already/)
  })
})
