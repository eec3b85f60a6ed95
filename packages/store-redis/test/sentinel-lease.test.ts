import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import {
  type Address,
  type RedisSentinelServer,
  startRedisSentinel,
} from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import * as redis5 from 'redis'
import * as redis6 from 'redis6'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { freshPrefix, sessionOf } from './support/redis.ts'

let server: RedisSentinelServer
beforeAll(async () => {
  server = await startRedisSentinel()
})
afterAll(() => server.stop())

const TOUCHES = 20

/** Between the client and a server of Redis. Answers are held until so many commands `pexpire` have come. */
async function openGate({ host, port }: Address) {
  let missing = 0
  const held: (() => void)[] = []
  const gate = createServer(socket => {
    const upstream = connect(port, host)
    socket.on('data', data => {
      missing -= data.toString('latin1').toLowerCase().split('\r\npexpire\r\n').length - 1
      upstream.write(data)
      if (missing <= 0) for (const answer of held.splice(0)) answer()
    })
    upstream.on('data', data => {
      if (missing > 0) held.push(() => socket.write(data))
      else socket.write(data)
    })
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      one.on('error', () => {}).on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(gate, 'listening')
  onTestFinished(() => void gate.close())
  return {
    address: { host: '127.0.0.1', port: (gate.address() as AddressInfo).port },
    hold(count: number) {
      missing = count
    },
  }
}

it.each([
  ['node-redis 5', redis5],
  ['node-redis 6', redis6],
] as const)(
  '%s: commands of one tick share a connection, and none waits for the others',
  async (_, redis) => {
    const { name, sentinels, natMap } = server.options
    const gates = await Promise.all(
      Object.entries(natMap).map(async ([inside, address]) => [inside, await openGate(address)] as const),
    )
    const nodeAddressMap = Object.fromEntries(gates.map(([inside, { address }]) => [inside, address]))
    const client = await (redis as typeof redis6)
      .createSentinel({ name, sentinelRootNodes: sentinels, nodeAddressMap })
      .on('error', () => {})
      .connect()
    onTestFinished(() => client.destroy())
    const store = new RedisStore({ client, prefix: freshPrefix(), timeout: 20_000 })
    const session = sessionOf({ user: 'Ada' })
    await store.set('a', session)
    const master = await server.master()
    gates.find(([inside]) => inside.endsWith(`:${master}`))![1].hold(TOUCHES)
    const touches = Array.from({ length: TOUCHES }, () => store.touch('a', session))
    expect(await Promise.all(touches)).toEqual(touches.map(() => true))
  },
)
