import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import session, { type SessionOwnerLimit } from '@coatcheck/session'
import { createSessions, type FetchSessionOptions } from '@coatcheck/session/fetch'
import { MemoryStore } from '@coatcheck/store-memory'
import { expect, it, onTestFinished } from 'vitest'

const SECRET = 'a secret for tests, of 32 characters'

/** What a session has in these tests. */
interface Data {
  user: string
}

function doorOf(options: Partial<FetchSessionOptions> = {}) {
  const store = new MemoryStore({ owner: 'user' })
  onTestFinished(() => store.close())
  const sessions = createSessions<Data>({ secret: SECRET, store, maxPerOwner: 3, ...options })

  /** One request. Returns its cookie, and the code of the error that it has met. */
  // biome-ignore lint/suspicious/noExplicitAny: a session with the data of this test
  async function ask(cookie: string, work: (session: Record<string, any>) => unknown) {
    const opened = await sessions.open(new Request('http://localhost/', { headers: { cookie } }))
    let code: unknown
    try {
      await work(opened.session as never)
    } catch (error) {
      code = (error as { code?: unknown }).code
    }
    const response = await opened.commit(new Response())
    return { cookie: response.headers.getSetCookie().at(-1)?.split(';')[0] ?? cookie, code }
  }
  const login = (user: string) => ask('', session => session.regenerate({ data: { user } }))
  const userOf = async (cookie: string) => {
    let user: unknown
    await ask(cookie, session => {
      user = session.user
    })
    return user
  }
  return { store, sessions, ask, login, userOf }
}

const pause = () => new Promise(resolve => setTimeout(resolve, 5))

it('maxPerOwner: the fourth login of a user ends the oldest session, and no other', async () => {
  const { login, userOf, store } = doorOf()
  const cookies: string[] = []
  const other = await login('eve')
  for (let i = 0; i < 4; i++) {
    cookies.push((await login('ada')).cookie)
    await pause()
  }
  expect(await Promise.all(cookies.map(userOf))).toEqual([undefined, 'ada', 'ada', 'ada'])
  expect(await userOf(other.cookie)).toBe('eve')
  expect(await store.countOf('ada')).toBe(3)
})

it('onOwnerLimit "refuse": the fourth login fails with a code, and the three sessions stay', async () => {
  const { login, userOf, ask, store } = doorOf({ onOwnerLimit: 'refuse' })
  const cookies: string[] = []
  for (let i = 0; i < 3; i++) {
    cookies.push((await login('ada')).cookie)
    await pause()
  }
  const refused = await login('ada')
  expect(refused).toEqual({ cookie: '', code: 'ERR_SESSION_OWNER_LIMIT' })
  expect(await Promise.all(cookies.map(userOf))).toEqual(['ada', 'ada', 'ada'])
  await ask(cookies[0]!, session => session.destroy())
  expect((await login('ada')).code).toBeUndefined()
  expect(await store.countOf('ada')).toBe(3)
})

it('onOwnerLimit "refuse": after a refused login, the request has no user and stores none', async () => {
  const { login, ask, store } = doorOf({ maxPerOwner: 1, onOwnerLimit: 'refuse' })
  await login('ada')
  await ask('', async session => {
    await expect(session.regenerate({ data: { user: 'ada' } })).rejects.toMatchObject({ status: 403 })
    expect(session.user).toBeUndefined()
    session.note = 'later'
  })
  expect(await store.length()).toBe(1)
})

it('a login without a new id counts too, and fails at the end of the request', async () => {
  const { login, sessions, ask, store } = doorOf({ maxPerOwner: 1, onOwnerLimit: 'refuse' })
  await login('ada')
  const { cookie } = await ask('', session => {
    session.cart = ['book']
  })
  const opened = await sessions.open(new Request('http://localhost/', { headers: { cookie } }))
  Object.assign(opened.session!, { user: 'ada' })
  await expect(opened.commit(new Response())).rejects.toMatchObject({ code: 'ERR_SESSION_OWNER_LIMIT' })
  expect(await store.countOf('ada')).toBe(1)
})

it('requests of a user who is logged in, another login in the same session and a new id end nothing', async () => {
  const { login, ask, userOf } = doorOf({ maxPerOwner: 2 })
  const first = await login('ada')
  let { cookie } = await login('ada')
  cookie = (await ask(cookie, session => Object.assign(session, { n: 1 }))).cookie
  cookie = (await ask(cookie, session => session.regenerate({ keep: true }))).cookie
  cookie = (await ask(cookie, session => session.regenerate({ data: { user: 'ada' } }))).cookie
  expect([await userOf(first.cookie), await userOf(cookie)]).toEqual(['ada', 'ada'])
})

it.each(['end-oldest', 'refuse'] as const)(
  '50 logins at once leave no more than the limit: %s',
  async onOwnerLimit => {
    const { login, userOf, store } = doorOf({ onOwnerLimit })
    const logins = await Promise.all(Array.from({ length: 50 }, () => login('ada')))
    const live = (await Promise.all(logins.map(({ cookie }) => userOf(cookie)))).filter(
      user => user === 'ada',
    )
    // Logins at once may all be refused.
    if (onOwnerLimit === 'end-oldest') expect(live.length).toBeGreaterThan(0)
    expect(live.length).toBeLessThanOrEqual(3)
    expect(await store.countOf('ada')).toBe(live.length)
    const refused = logins.filter(({ code }) => code === 'ERR_SESSION_OWNER_LIMIT')
    expect(refused.length).toBe(onOwnerLimit === 'refuse' ? 50 - live.length : 0)
  },
)

it('a login costs one call more, and a read none', async () => {
  const { login, userOf, ask, store } = doorOf()
  const listed: unknown[] = []
  const { sessionsOf } = store
  store.sessionsOf = owner => {
    listed.push(owner)
    return sessionsOf.call(store, owner)
  }
  const { cookie } = await login('ada')
  expect(listed).toEqual(['ada'])
  await userOf(cookie)
  await ask(cookie, session => Object.assign(session, { n: 1 }))
  expect(listed).toEqual(['ada'])
})

it('each login that meets the limit is published, with what was ended', async () => {
  const messages: SessionOwnerLimit[] = []
  const hear = (message: unknown) => void messages.push(message as SessionOwnerLimit)
  subscribe('coatcheck:owner-limit', hear)
  onTestFinished(() => void unsubscribe('coatcheck:owner-limit', hear))
  const ending = doorOf({ maxPerOwner: 1 })
  const refusing = doorOf({ maxPerOwner: 1, onOwnerLimit: 'refuse' })
  for (const { login } of [ending, refusing]) {
    await login('ada')
    await pause()
    await login('ada')
  }
  const session = expect.stringMatching(/^[\w-]{16}$/)
  expect(messages).toEqual([
    { session, outcome: 'ended', count: 1 },
    { session, outcome: 'refused', count: 1 },
  ])
})

it('a store without owners is refused at the start, as are wrong options', () => {
  const without = new MemoryStore()
  onTestFinished(() => without.close())
  for (const store of [without, new session.MemoryStore()]) {
    const make = () => createSessions({ secret: SECRET, store, maxPerOwner: 3 })
    expect(make).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_SESSION_NO_OWNERS' }))
  }
  const strict = (options: object) => () => session.strict({ secret: SECRET, ...options })
  expect(strict({ maxPerOwner: 3 })).toThrow('maxPerOwner option needs a store with the option "owner"')
  for (const maxPerOwner of [0, 1.5, '3', Number.POSITIVE_INFINITY])
    expect(strict({ maxPerOwner })).toThrow('maxPerOwner option must be a whole number greater than 0')
  expect(strict({ maxPerOwner: 1, onOwnerLimit: 'end' })).toThrow('onOwnerLimit option must be')
  expect(strict({ onOwnerLimit: 'refuse' })).toThrow('onOwnerLimit option needs the option maxPerOwner')
})
