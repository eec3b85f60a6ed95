import { describe, expect, it } from 'vitest'
import { deferred, type Listener, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { exchange } from '../support/raw.ts'
import { slowStore } from '../support/slow-store.ts'
import type { Response } from '../support/types.ts'

type Finish = (res: Response, done: () => void) => unknown

const ends: [string, Finish, string][] = [
  ['end(callback)', (res, done) => res.end(done), ''],
  ['end(text, callback)', (res, done) => res.end('text', done), 'text'],
  ['end(text, encoding, callback)', (res, done) => res.end('dGV4dA==', 'base64', done), 'text'],
  ['end(buffer, callback)', (res, done) => res.end(Buffer.from('text'), done), 'text'],
  ['end(null, callback)', (res, done) => (res.end as (...args: unknown[]) => unknown)(null, done), ''],
  [
    'end(undefined, undefined, callback)',
    (res, done) => (res.end as (...args: unknown[]) => unknown)(undefined, undefined, done),
    '',
  ],
]

describe.each(ends)('%s', (_, finish, body) => {
  it('end: calls back when the response is out, and that is after the save', async () => {
    const store = slowStore(50)
    const called = deferred()
    let at = 0
    const handler: Listener = (req, res) => {
      req.session.user = 'Ada'
      finish(res, () => {
        at = performance.now()
        called.resolve()
      })
    }
    const app = await start(ours, handler, { store })
    const reply = await app.get()
    await called.promise
    expect(reply.text).toBe(body)
    expect(reply.headers['content-length']).toBe(String(body.length))
    expect(at).toBeGreaterThanOrEqual(store.written)
  })
})

it('end: gives the response back, as Node does', async () => {
  let same = false
  const handler: Listener = (_req, res) => {
    same = res.end('x') === res
  }
  const app = await start(ours, handler)
  await app.get()
  expect(same).toBe(true)
})

it('end: what is no body fails as it does without a session, and something else can be sent', async () => {
  const handler: Listener = (_req, res) => {
    try {
      res.end(42)
    } catch (error) {
      res.end((error as { code?: string }).code)
    }
  }
  const app = await start(ours, handler)
  expect((await app.get()).text).toBe('ERR_INVALID_ARG_TYPE')
})

it('end: a second response while a save is under way changes nothing of the first', async () => {
  const thrown: unknown[] = []
  const handler: Listener = (req, res) => {
    req.session.user = 'Ada'
    req.session.save()
    res.setHeader('Content-Length', 5).end('first')
    try {
      res.setHeader('Content-Length', 11)
      res.end('much longer')
    } catch (error) {
      thrown.push((error as { code?: string }).code)
    }
  }
  const app = await start(ours, handler, { store: slowStore(50) })
  const { head, body } = await exchange(app.url)
  expect(head).toContain('Content-Length: 5')
  expect(body).toBe('first')
  expect(thrown).toEqual(['ERR_HTTP_HEADERS_SENT'])
})

it('end: finish is emitted after the save', async () => {
  const store = slowStore(50)
  let finished = 0
  const done = deferred()
  const handler: Listener = (req, res) => {
    req.session.user = 'Ada'
    res.on('finish', () => {
      finished = performance.now()
      done.resolve()
    })
    res.end('body')
  }
  const app = await start(ours, handler, { store })
  await app.get()
  await done.promise
  expect(finished).toBeGreaterThanOrEqual(store.written)
})
