import { expect, it, onTestFinished } from 'vitest'
import { type Listener, nextTurn, start } from '../support/http.ts'
import { MapStore } from '../support/map-backend.ts'
import { ours } from '../support/ours.ts'

const change: Listener = (req, res) => {
  req.session.visits = 1
  res.end('page')
}

const reject = () => Promise.reject(new Error('hook'))
const fail = () => {
  throw new Error('hook')
}

/** An unhandled rejection would end the process: none may come. */
function rejections(): unknown[] {
  const heard: unknown[] = []
  const listen = (error: unknown) => heard.push(error)
  process.on('unhandledRejection', listen)
  onTestFinished(() => void process.off('unhandledRejection', listen))
  return heard
}

it.each([
  ['throws', fail],
  ['rejects', reject],
])('hooks: an onError that %s ends nothing, and is a warning', async (_, onError) => {
  const heard = rejections()
  const warned: string[] = []
  const listen = (warning: Error & { code?: string }) => {
    if (warning.code === 'COATCHECK_HOOK_FAILED') warned.push(warning.message)
  }
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  const store = new MapStore()
  store.failing = { write: new Error('store down') }
  const handler: Listener = async (req, res) => {
    if (req.url === '/stream') {
      res.write('some ')
      await nextTurn()
    }
    change(req, res)
  }
  const app = await start(ours.strict as never, handler, { store, onError } as never)
  expect((await app.get('/stream')).text).toBe('some page')
  expect((await app.get('/')).status).toBe(500)
  await new Promise(setImmediate)
  expect(heard).toEqual([])
  expect(warned).toEqual([expect.stringMatching(/onError failed: hook/)])
})

it.each([
  ['genid that throws', { genid: fail }],
  ['genid that rejects', { genid: reject }],
  ['cookie that throws', { cookie: fail }],
  ['onStoreUnavailable that throws', { onStoreUnavailable: fail }],
])('hooks: a %s is an error of the request', async (name, options) => {
  const heard = rejections()
  const store = new MapStore()
  const app = await start(ours as never, change, { store, ...options } as never)
  if (name.startsWith('onStore')) store.emit('disconnect')
  const reply = await app.get('/')
  expect([reply.status, reply.text]).toEqual([500, 'hook'])
  await new Promise(setImmediate)
  expect(heard).toEqual([])
})

it.each([
  ['genid', (calls: () => number) => ({ genid: () => (calls() > 1 ? fail() : 'first') })],
  ['cookie', (calls: () => number) => ({ cookie: () => (calls() > 2 ? fail() : {}) })],
])('hooks: a %s that throws in regenerate() is told to its caller', async (_, options) => {
  let count = 0
  const handler: Listener = async (req, res) => {
    const failure = await new Promise(resolve => req.session.regenerate(resolve))
    res.end(String(failure))
  }
  const app = await start(ours as never, handler, options(() => ++count) as never)
  expect((await app.get('/')).text).toBe('Error: hook')
})
