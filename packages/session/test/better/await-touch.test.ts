import { expect, it } from 'vitest'
import { deferred, signed, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { storeWith } from '../support/stores.ts'

/** A store with one session, whose touch waits to be let go. */
function slowToTouch(failure?: Error) {
  const store = storeWith(ours, { known: {} })
  const asked = deferred()
  const held = deferred()
  store.touch = (_id, _session, done) => {
    asked.resolve()
    held.promise.then(() => done!(failure))
  }
  return { store, asked, held }
}

it('awaitTouch: false sends the response while the store is asked', async () => {
  const { store, asked, held } = slowToTouch()
  const app = await start(ours, (_, res) => res.end('whole'), { store, resave: false, awaitTouch: false })
  const reply = await app.get('/', { cookie: signed('known') })
  expect(reply.text).toBe('whole')
  await asked.promise
  held.resolve()
  expect(app.errors).toEqual([])
})

it('awaitTouch: a touch that fails after the response is told to onError', async () => {
  const { store, held } = slowToTouch(new Error('away'))
  const heard: unknown[] = []
  const told = deferred()
  const app = await start(ours, (_, res) => res.end('whole'), {
    store,
    resave: false,
    awaitTouch: false,
    onError(error: Error) {
      heard.push(error.message)
      told.resolve()
    },
  })
  const reply = await app.get('/', { cookie: signed('known') })
  expect(reply.status).toBe(200)
  held.resolve()
  await told.promise
  expect(heard).toEqual(['away'])
  expect(app.errors).toEqual([])
})

it('awaitTouch: a response that sets the cookie waits all the same', async () => {
  const { store, asked, held } = slowToTouch()
  const options = { store, resave: false, rolling: true, awaitTouch: false, cookie: { maxAge: 60_000 } }
  const app = await start(ours, (_, res) => res.end('whole'), options)
  let finished = false
  const reply = app.get('/', { cookie: signed('known') }).finally(() => {
    finished = true
  })
  await asked.promise
  expect(finished).toBe(false)
  held.resolve()
  expect((await reply).setCookie).toHaveLength(1)
})
