import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { RedisStore } from '@coatcheck/store-redis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { startApp, strict } from './support/app.ts'
import { type Connected, clients, restricted } from './support/clients.ts'
import { freshPrefix, openClient, sessionOf } from './support/redis.ts'

// Products that watch over apps show what the drivers tell there.
const CHANNELS = ['ioredis:command', 'ioredis:batch', 'node-redis:command', 'node-redis:batch']
const SECRET = 'card-4711'

/** The commands of the drivers from now on, with the arguments that are shown. Replies are shown as they are, whatever a store does. */
function listen(): string[] {
  const shown: string[] = []
  const hear = (message: unknown) => {
    const { command, args = [] } = message as { command?: string; args?: unknown[] }
    shown.push([command, ...args].join(' '))
  }
  const channels = CHANNELS.map(name => tracingChannel(name).start)
  for (const { name } of channels) subscribe(name, hear)
  onTestFinished(() => {
    for (const { name } of channels) unsubscribe(name, hear)
  })
  return shown
}

/** Every method of a store that may send or meet what a session holds. */
async function drive(store: RedisStore): Promise<void> {
  const session = () => sessionOf({ card: SECRET }, 60_000)
  await store.set('a', session())
  await store.insert('b', session())
  const [read, older] = [(await store.get('a'))!, (await store.get('a'))!]
  await store.get('a', undefined, { renew: 60_000 })
  await Promise.all(['a', 'b'].map(sid => store.get(sid, undefined, { renew: 60_000 })))
  await store.set('a', Object.assign(read, { n: 1 }))
  await expect(store.set('a', Object.assign(older, { n: 2 }))).rejects.toThrow()
  await store.update('a', data => ({ ...data, n: 3 }))
  await store.touch('a', session())
  await store.exchange('a', 'c', session())
  await store.exchange('gone', 'd', session())
  await store.exchange('gone', 'e', session(), { required: true })
  await store.all()
  await store.length()
  await store.destroy('c')
  await store.clear()
}

/** The others tell nothing. */
const traced = Object.entries(clients).filter(([name]) => !/iovalkey|node-redis 4/.test(name))

const places: [string, () => Promise<Connected>][] = traced.flatMap(([name, connect]) => [
  [name, () => connect(inject('redisUrl'))],
  [`${name}, without scripts`, () => restricted(connect)],
])

describe.each(places)('traces of %s', (_, connect) => {
  it('traces: no argument that a driver shows has anything of a session', async () => {
    const { client, end } = await connect()
    onTestFinished(() => void end())
    const shown = listen()
    await drive(new RedisStore({ client, prefix: freshPrefix() }))
    expect(shown.filter(command => command.includes(SECRET))).toEqual([])
    expect(shown.length).toBeGreaterThan(10)
  })
})

describe('traces of an app', () => {
  it('traces: neither a login nor a request that saves shows anything of the session', async () => {
    const shown = listen()
    const store = new RedisStore({ client: openClient(), prefix: freshPrefix() })
    const get = (await startApp(strict({ store }))).browser()
    await get(`/login/${SECRET}`)
    await get(`/relogin/${SECRET}`)
    expect((await get()).body).toMatchObject({ user: SECRET })
    await get('/logout')
    expect(shown.some(command => /^fcall/i.test(command))).toBe(true)
    expect(shown.filter(command => command.includes(SECRET))).toEqual([])
  })

  it('traces: those of RedisStore.open neither', async () => {
    const shown = listen()
    const store = RedisStore.open(inject('redisUrl'), { prefix: freshPrefix() })
    onTestFinished(() => store.close())
    await drive(store)
    expect(shown.length).toBeGreaterThan(10)
    expect(shown.filter(command => command.includes(SECRET))).toEqual([])
  })
})
