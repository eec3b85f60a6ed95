import { describe, expect, it } from 'vitest'
import { dataIn } from '../../session/test/support/map-backend.ts'
import { start } from './support/app.ts'
import { versions } from './support/versions.ts'

const COOKIE = expect.stringMatching(/^connect\.sid=s%3A/)

describe.each(versions)('ctx.session on %s', (_, koa) => {
  it('isNew, length, populated: tell what the visitor has', async () => {
    const { get } = await start(koa, {
      '/': ctx => {
        const { isNew, length, populated } = ctx.session
        ctx.session.name = 'Ada'
        ctx.body = [isNew, length, populated, ctx.session.length, ctx.session.populated]
      },
    })
    const first = await get('/')
    expect(JSON.parse(first.text)).toEqual([true, 0, false, 1, true])
    expect(JSON.parse((await get('/', first.cookie)).text)).toEqual([false, 1, true, 1, true])
  })

  it('toJSON, inspect: the data, without the cookie', async () => {
    const { get } = await start(koa, {
      '/': ctx => {
        ctx.session.name = 'Ada'
        ctx.body = [ctx.session, ctx.session.toJSON(), ctx.session.inspect()]
      },
    })
    expect(JSON.parse((await get('/')).text)).toEqual([{ name: 'Ada' }, { name: 'Ada' }, { name: 'Ada' }])
  })

  it('externalKey: is the id, and isNew cannot be set', async () => {
    const { get } = await start(koa, {
      '/': ctx => {
        expect(() => Object.assign(ctx.session, { isNew: false })).toThrow(TypeError)
        ctx.body = [ctx.session.externalKey === ctx.session.id, ctx.session.isNew]
      },
    })
    expect((await get('/')).text).toBe('[true,true]')
  })

  it('maxAge: a new lifetime is saved and sent', async () => {
    const { get, store } = await start(koa, {
      '/': ctx => {
        ctx.session.name = 'Ada'
        ctx.body = String(ctx.session.maxAge)
      },
      '/remember': ctx => {
        ctx.session.maxAge = 60_000
        ctx.body = String(ctx.session.maxAge)
      },
      '/forget': ctx => {
        ctx.session.maxAge = 'session'
        ctx.body = String(ctx.session.maxAge)
      },
    })
    const { cookie, text } = await get('/')
    expect(text).toBe('session')
    const remembered = await get('/remember', cookie)
    expect([remembered.text, remembered.setCookie]).toEqual(['60000', [expect.stringContaining('Expires=')]])
    expect([...store.rows.values()][0]!.expires - Date.now()).toBeLessThanOrEqual(60_000)
    expect((await get('/', cookie)).text).toBe('60000')
    const forgotten = await get('/forget', cookie)
    expect(forgotten.text).toBe('session')
    expect((await get('/', cookie)).text).toBe('session')
  })

  it('= {…}: replaces the data, and keeps the id and the lifetime', async () => {
    const { get, store } = await start(
      koa,
      {
        '/': ctx => {
          Object.assign(ctx.session, { name: 'Ada', views: 1 })
          ctx.body = ctx.session.id
        },
        '/replace': ctx => {
          const before = ctx.session
          ctx.session = { name: 'Grace' }
          expect(ctx.session).toBe(before)
          ctx.body = ctx.session.id
        },
        '/same': ctx => {
          // Also the way in which data is added.
          ctx.session = { ...ctx.session, views: 2 }
          ctx.body = ctx.session.id
        },
      },
      { cookie: { maxAge: 60_000 } },
    )
    const { cookie, text } = await get('/')
    expect((await get('/replace', cookie)).text).toBe(text)
    expect(dataIn(store)).toEqual([{ name: 'Grace' }])
    await get('/same', cookie)
    expect(dataIn(store)).toEqual([{ name: 'Grace', views: 2 }])
    expect([...store.rows.values()][0]!.expires - Date.now()).toBeGreaterThan(50_000)
  })

  it('= {…}: a lifetime in it is that of the session', async () => {
    const { get, store } = await start(koa, {
      '/': ctx => {
        ctx.session = { name: 'Ada', maxAge: 60_000 } as object
        ctx.body = String(ctx.session.maxAge)
      },
    })
    expect((await get('/')).text).toBe('60000')
    expect(dataIn(store)).toEqual([{ name: 'Ada' }])
  })

  it('= {…}: no key replaces a method or the prototype, whoever has written the object', async () => {
    const { get, store } = await start(koa, {
      '/proto': ctx => {
        ctx.session = JSON.parse('{ "__proto__": { "admin": true }, "name": "Ada" }')
        ctx.body = String((ctx.session as { admin?: boolean }).admin)
      },
      '/method': ctx => {
        ctx.session.name = 'Ada'
        for (const key of ['save', 'destroy', 'regenerate', 'isNew', 'toJSON']) {
          expect(() => {
            ctx.session = { [key]: 1 }
          }).toThrow(`ctx.session cannot have the key "${key}"`)
        }
        ctx.body = ctx.session.name
      },
    })
    expect((await get('/proto')).text).toBe('undefined')
    expect([...store.rows.values()][0]!.data).toContain('"__proto__":{"admin":true}')
    expect((await get('/method')).text).toBe('Ada')
  })

  it('= {…}: after null, the session goes on with the new data', async () => {
    const { get, store } = await start(koa, {
      '/': ctx => {
        ctx.session.name = 'Ada'
        ctx.session = null
        ctx.session = { views: 1 }
        ctx.body = 'ok'
      },
    })
    expect((await get('/')).setCookie).toEqual([COOKIE])
    expect(dataIn(store)).toEqual([{ views: 1 }])
  })

  it('= null: the session is null from then on, and destroyed before the response', async () => {
    const { get, store } = await start(koa, {
      '/': ctx => {
        ctx.session.name = 'Ada'
        ctx.body = 'hello'
      },
      '/logout': ctx => {
        ctx.session = null
        ctx.body = String(ctx.session)
      },
    })
    const { cookie } = await get('/')
    const { text, setCookie } = await get('/logout', cookie)
    expect([text, setCookie, store.rows.size]).toEqual([
      'null',
      [expect.stringMatching(/^connect\.sid=;.*Expires=Thu, 01 Jan 1970/)],
      0,
    ])
  })

  it('= something else: is refused', async () => {
    const { get } = await start(koa, {
      '/': ctx => {
        for (const value of [undefined, 'text', 1, true]) {
          expect(() => {
            ctx.session = value as never
          }).toThrow('ctx.session can only be set to null or an object')
        }
        ctx.body = 'refused'
      },
      '/destroyed': async ctx => {
        const was = await ctx.session.destroy()
        expect(ctx.session).toBeNull()
        expect(() => {
          ctx.session = { name: 'Ada' }
        }).toThrow('There is no session whose data can be replaced')
        ctx.body = `was there: ${was}`
      },
    })
    expect((await get('/')).text).toBe('refused')
    expect((await get('/destroyed')).text).toBe('was there: false')
  })

  it('regenerate: another id with the same data, unless keep says otherwise', async () => {
    const { get, store } = await start(koa, {
      '/': ctx => {
        Object.assign(ctx.session, { name: 'Ada', views: 1 })
        ctx.body = 'hello'
      },
      '/all': async ctx => {
        await ctx.session.regenerate()
        ctx.body = 'new'
      },
      '/views': async ctx => {
        await ctx.session.regenerate({ keep: ['views'] })
        ctx.body = 'new'
      },
      '/callback': async ctx => {
        await new Promise<void>((resolve, reject) => {
          ctx.session.regenerate(error => (error ? reject(error) : resolve()))
        })
        await new Promise<void>((resolve, reject) => {
          ctx.session.save(error => (error ? reject(error) : resolve()))
        })
        ctx.body = 'new'
      },
    })
    let { cookie } = await get('/')
    for (const [path, data] of [
      ['/all', { name: 'Ada', views: 1 }],
      ['/views', { views: 1 }],
      ['/callback', { views: 1 }],
    ] as const) {
      const next = await get(path, cookie)
      expect([path, next.setCookie]).toEqual([path, [COOKIE]])
      expect(next.cookie).not.toBe(cookie)
      expect([path, dataIn(store)]).toEqual([path, [data]])
      cookie = next.cookie
    }
  })
})

describe.each(versions)('autoCommit on %s', (_, koa) => {
  it('false: only manuallyCommit saves the session and sends its cookie', async () => {
    const { get, store } = await start(
      koa,
      {
        '/no': ctx => {
          ctx.session.name = 'Ada'
          ctx.body = 'hello'
        },
        '/yes': async ctx => {
          ctx.session.name = 'Ada'
          await ctx.session.manuallyCommit()
          ctx.body = 'hello'
        },
      },
      { autoCommit: false },
    )
    expect([(await get('/no')).setCookie, store.rows.size]).toEqual([[], 0])
    expect([(await get('/yes')).setCookie, store.rows.size]).toEqual([[COOKIE], 1])
  })

  it('manuallyCommit: sends the cookie of a response that bypasses Koa', async () => {
    const { get, store } = await start(koa, {
      '/': async ctx => {
        ctx.session.name = 'Ada'
        await ctx.session.manuallyCommit()
        ctx.respond = false
        ctx.res.end('by hand')
      },
    })
    const { text, setCookie } = await get('/')
    expect([text, setCookie]).toEqual(['by hand', [COOKIE]])
    expect(dataIn(store)).toEqual([{ name: 'Ada' }])
  })

  it('manuallyCommit: what is changed or destroyed after it is saved at the end', async () => {
    const { get, store } = await start(koa, {
      '/': async ctx => {
        ctx.session.name = 'Ada'
        await ctx.session.manuallyCommit()
        ctx.session.views = 1
        ctx.body = 'hello'
      },
      '/logout': async ctx => {
        await ctx.session.manuallyCommit()
        ctx.session = null
        ctx.body = 'bye'
      },
    })
    const { cookie } = await get('/')
    expect(dataIn(store)).toEqual([{ name: 'Ada', views: 1 }])
    await get('/logout', cookie)
    expect(store.rows.size).toBe(0)
  })
})
