import { stream, streamSSE, streamText } from 'hono/streaming'
import { describe, expect, it } from 'vitest'
import { dataIn, MapStore } from '../../session/test/support/map-backend.ts'
import { cookieOf, start } from './support/app.ts'
import { listen } from './support/hono-door.ts'

/** A promise, and what resolves it. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { open, opened }
}

describe.each(['in app.fetch', 'on @hono/node-server'])('streams %s', where => {
  async function client({ app, get }: ReturnType<typeof start>) {
    if (where === 'in app.fetch') return get
    const url = await listen(app)
    return (path: string, cookie = '') => fetch(url + path, { headers: { cookie } })
  }

  it('text: begins when the session is saved, before the stream has ended', async () => {
    const { open, opened } = gate()
    const started = start(app => {
      app.get('/', c => {
        c.get('session').name = 'Ada'
        return streamText(c, async out => {
          await out.write('one ')
          await opened
          await out.write('two')
        })
      })
    })
    const response = await (await client(started))('/')
    expect(dataIn(started.store)).toEqual([{ name: 'Ada' }])
    expect(cookieOf(response)).not.toBe('')
    open()
    expect(await response.text()).toBe('one two')
  })

  it('SSE: save() stores what an event has changed', async () => {
    const started = start(app => {
      app.get('/login', c => {
        c.get('session').name = 'Ada'
        return c.text('hello')
      })
      app.get('/events', c => {
        const session = c.get('session')
        return streamSSE(c, async out => {
          for (const views of [1, 2]) {
            session.views = views
            await session.save()
            await out.writeSSE({ event: 'views', data: String(views) })
          }
        })
      })
    })
    const get = await client(started)
    const response = await get('/events', cookieOf(await get('/login')))
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toBe('event: views\ndata: 1\n\nevent: views\ndata: 2\n\n')
    expect(dataIn(started.store)).toEqual([{ name: 'Ada', views: 2 }])
  })
})

it('stream: is cancelled when the session cannot be saved', async () => {
  const { open, opened } = gate()
  const store = new MapStore()
  store.failing = { write: new Error('disk full') }
  const { get } = start(
    app => {
      app.get('/', c => {
        c.get('session').name = 'Ada'
        return stream(c, async out => {
          out.onAbort(open)
          await opened
        })
      })
    },
    { store },
  )
  const response = await get('/')
  expect([response.status, await response.text()]).toEqual([500, 'error: disk full'])
  await opened
})
