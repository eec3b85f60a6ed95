import { expect, it } from 'vitest'
import { type Listener, readId, signed, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import { recordCalls, storeWith } from '../support/stores.ts'

const show: Listener = (req, res) => res.end(`${req.session.user} ${req.session.id}`)

async function visit(...cookies: string[]) {
  const store = storeWith(ours, { known: { user: 'Ada' }, other: { user: 'Grace' } })
  const calls = recordCalls(store)
  const app = await start(ours, show, { store, resave: false, saveUninitialized: false })
  const reply = await app.get('/', { cookie: cookies.join('; ') })
  return { text: reply.text, calls, id: readId(reply) }
}

const forged = 'connect.sid=s%3Aknown.wrong'
const stale = (n: number) => signed(`stale ${n}`)

it.each([
  ['that is stale', stale(1)],
  ['that is forged', forged],
  ['that is not ours', 'connect.sid=hello'],
])('cookies: one of the same name %s does not hide the right one', async (_, wrong) => {
  expect((await visit(wrong, 'a=b', signed('known'))).text).toBe('Ada known')
  expect((await visit(signed('known'), wrong)).text).toBe('Ada known')
})

it('cookies: of two that are good the first counts, and the store is asked once', async () => {
  const { text, calls } = await visit(signed('known'), signed('other'))
  expect([text, calls]).toEqual(['Ada known', ['get', 'touch']])
})

it('cookies: the same one twice is asked for once', async () => {
  expect((await visit(stale(1), stale(1))).calls).toEqual(['get'])
})

it('cookies: no more than four are looked at', async () => {
  expect((await visit(stale(1), stale(2), stale(3), signed('known'))).text).toBe('Ada known')
  const { text, calls } = await visit(stale(1), stale(2), stale(3), stale(4), signed('known'))
  expect(text).toMatch(/^undefined/)
  expect(calls).toEqual(['get', 'get', 'get', 'get'])
})

it('cookies: another name that contains ours is another cookie', async () => {
  expect((await visit(`x-${signed('other')}`, signed('known'))).text).toBe('Ada known')
})

it('cookies: none that was sent becomes the id of a new session', async () => {
  const { text } = await visit(stale(1), stale(2))
  expect(text).not.toContain('stale')
})
