import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import session from '@coatcheck/session'
import request from 'supertest'
import { createApp } from './app.js'

let app
let store
beforeEach(() => {
  // A new store for each test, so that none sees the sessions of another.
  store = new session.MemoryStore()
  app = createApp(store, { secret: 'only for tests, with at least 32 characters' })
})

test('login: the next request of the same browser knows the user', async () => {
  // An agent keeps cookies, as a browser does.
  const browser = request.agent(app)
  await browser.post('/login').type('form').send({ user: 'Ada' }).expect(303)
  await browser.get('/').expect('Hello Ada')
  await request(app).get('/').expect('Hello stranger')
})

test('logout: the session is gone from the store', async () => {
  const browser = request.agent(app)
  await browser.post('/login').type('form').send({ user: 'Ada' })
  assert.equal(await store.length(), 1)
  await browser.post('/logout').expect(303)
  assert.equal(await store.length(), 0)
})

test('idle time: a session ends after an hour without a request', async () => {
  const login = await request(app).post('/login').type('form').send({ user: 'Ada' })
  // Without an agent, which would drop the cookie itself when that has expired.
  const [cookie] = login.headers['set-cookie'][0].split(';')
  await request(app).get('/').set('Cookie', cookie).expect('Hello Ada')
  // The clock only. Network and streams need real timers.
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 61 * 60 * 1000 })
  try {
    await request(app).get('/').set('Cookie', cookie).expect('Hello stranger')
  } finally {
    mock.timers.reset()
  }
})
