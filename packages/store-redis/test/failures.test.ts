import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { startRedis } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { failureOf, openClient, openStore, own, sessionOf, storeOn } from './support/redis.ts'

describe('failures', () => {
  it('memory full: a write fails, reads and touches and destroys do not, and later it writes again', async () => {
    const args = ['--maxmemory-policy', 'noeviction']
    const server = await own(startRedis({ dedicated: true, args }))
    const client = openClient({}, server.url)
    const store = openStore({}, server.url)
    await store.set('a', sessionOf({ user: 'Ada' }))
    const known = (await store.get('a'))!
    await client.config('SET', 'maxmemory', '1')
    const oom = { name: 'ReplyError', message: expect.stringContaining('OOM ') }
    expect(await failureOf(store.set('b', sessionOf()))).toMatchObject(oom)
    expect(await failureOf(store.set('a', known))).toMatchObject(oom)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    expect(await store.touch('a', known)).toBe(true)
    expect(await store.ids()).toEqual(['a'])
    await client.config('SET', 'maxmemory', '0')
    await store.set('b', sessionOf())
    expect(await store.destroy('a')).toBe(true)
  })

  it('read-only: a store on a replica reads, and what writes fails', async () => {
    const replica = await own(startRedis({ dedicated: true }))
    const admin = openClient({}, replica.url)
    await new RedisStore({ client: admin }).set('a', sessionOf({ user: 'Ada' }))
    // Of a master that cannot be reached: it keeps what it has.
    await admin.replicaof('127.0.0.1', 1)
    const store = new RedisStore({ client: openClient({}, replica.url) })
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    expect(await store.ids()).toEqual(['a'])
    for (const failing of [store.set('b', sessionOf()), store.touch('a', sessionOf()), store.destroy('a')]) {
      expect((await failureOf(failing)).message).toMatch(/^READONLY /)
    }
    const known = (await store.get('a'))!
    expect((await failureOf(store.set('a', known))).message).toMatch(/READONLY /)
    await admin.replicaof('NO', 'ONE')
    await store.set('b', sessionOf())
  })

  it('no error has the id or anything of the session in its properties, message or stack', async () => {
    const server = await own(startRedis({ dedicated: true, args: ['--rename-command', 'PEXPIRE', ''] }))
    const admin = openClient({}, server.url)
    const store = new RedisStore({ client: openClient({}, server.url) })
    const session = sessionOf({ card: 'card-4711' }, 60_000)
    await store.set('id-of-ada', session)
    await admin.hset('sess:id-of-eve', 'field', 'value')
    const known = (await store.get('id-of-ada'))!
    const failures = [
      await failureOf(store.touch('id-of-ada', session)),
      await failureOf(store.get('id-of-eve')),
    ]
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^ERR unknown command '?`?pexpire/i),
      expect.stringMatching(/^WRONGTYPE /),
    ])
    await admin.config('SET', 'maxmemory', '1')
    failures.push(
      await failureOf(store.set('id-of-ada', session)),
      await failureOf(store.set('id-of-ada', known)),
    )
    await admin.replicaof('127.0.0.1', 1)
    failures.push(await failureOf(store.set('id-of-ada', known)), await failureOf(store.destroy('id-of-ada')))
    for (const failure of failures) {
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/card-4711|id-of-/)
    }
  })

  it('callback: a failure is given to it, once', async () => {
    const { store, client } = storeOn()
    client.disconnect()
    await once(client, 'end')
    const errors: unknown[] = []
    await new Promise<void>(resolve => {
      store.set('a', sessionOf(), error => {
        errors.push(error)
        setImmediate(resolve)
      })
      expect(errors).toEqual([])
    })
    const cause = expect.objectContaining({ message: 'Connection is closed.' })
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_STORE_UNAVAILABLE', cause })])
  })
})

/** A way to the server that can swallow everything, as a network does without a word. */
async function openTunnel() {
  const { hostname, port } = new URL(inject('redisUrl'))
  const sockets: Socket[] = []
  let accepted = 0
  let swallowing = false
  const server = createServer(here => {
    accepted++
    const there = createConnection(Number(port), hostname)
    let dead = swallowing
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      sockets.push(from)
      from.on('error', () => {})
      from.on('data', chunk => {
        dead ||= swallowing
        if (!dead) to.write(chunk)
      })
      from.on('end', () => dead || to.end())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: () => accepted,
    /** Connections that say something meanwhile are dead for good; new ones are not. */
    swallow(on: boolean) {
      swallowing = on
    },
  }
}

describe('a network without a word', () => {
  it('open: a dead connection is given up after the time limit, and a new one is made', async () => {
    const tunnel = await openTunnel()
    const store = openStore({ timeout: 300 }, tunnel.url)
    await store.set('a', sessionOf({ user: 'Ada' }))
    expect(tunnel.accepted()).toBe(1)
    tunnel.swallow(true)
    expect(await failureOf(store.get('a'))).toMatchObject({ code: 'ERR_SESSION_STORE_TIMEOUT' })
    tunnel.swallow(false)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
    expect(tunnel.accepted()).toBe(2)
  })
})
