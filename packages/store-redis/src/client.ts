import type { Driver, Isolation, RedisClient, Send } from './driver.ts'
import { ofGlide } from './glide.ts'
import {
  isolatedCluster,
  isolatedIoredis,
  isolatedNodeRedis,
  keptConnection,
  type LeasedClient,
  lentBySentinel,
} from './isolated.ts'
import { sharingLease } from './shared-lease.ts'

/** Throws a TypeError when `client` is not a client. */
export function driverOf(client: RedisClient): Driver {
  // Every function has a method `call`, so that does not make it a client.
  if (typeof client === 'object' && client !== null) {
    if (typeof client.call === 'function') return ofIoredis(client)
    if (typeof client.sendCommand === 'function') return ofNodeRedis(client)
    if (typeof client.customCommand === 'function') return ofGlide(client)
  }
  const hint = typeof client === 'function' ? ', not a function or class that makes one' : ''
  throw new TypeError(`The option "client" must be a client of ioredis, node-redis or Valkey GLIDE${hint}`)
}

function ofIoredis(client: RedisClient): Driver {
  const clustered = typeof client.nodes === 'function'
  const sendTo =
    (node: RedisClient): Send =>
    (name, ...args) =>
      node.call!(name!, ...args)
  return {
    hiddenPrefix: textOf((client.options as { keyPrefix?: unknown } | undefined)?.keyPrefix),
    ownPrefix: '',
    clustered,
    command: (_, [name, ...args]) => client.call!(name!, ...args),
    async masters() {
      if (!clustered) return [sendTo(client)]
      // Before it has connected, a cluster knows only the nodes that it was given. Any command waits until it has connected.
      await client.call!('exists', '')
      return client.nodes!('master').map(sendTo)
    },
    isolation: keptConnection(() => isolatedIoredis(client, clustered)),
  }
}

function ofNodeRedis(client: RedisClient): Driver {
  const clustered = typeof client.nodeClient === 'function'
  const sentinel = typeof client.getMasterNode === 'function'
  const shared = sentinel ? sharingLease(command => client.sendCommand!(false, command)) : undefined
  const send = (key: string, command: readonly string[]): Promise<unknown> => {
    if (clustered) return client.sendCommand!(key, false, command)
    return shared ? shared(command) : client.sendCommand!(command)
  }
  return {
    hiddenPrefix: '',
    ownPrefix: textOf(client._keyPrefix),
    clustered,
    command: send,
    async masters() {
      if (!clustered) return [(...command) => send('', command)]
      const nodes = await Promise.all(client.masters!.map(async master => client.nodeClient!(master)))
      return nodes.map(
        node =>
          async (...command) =>
            node.sendCommand!(command),
      )
    },
    isolation: isolationOfNodeRedis(client),
  }
}

function isolationOfNodeRedis(client: RedisClient): Isolation {
  if (typeof client.nodeClient === 'function') return keptConnection(() => isolatedCluster(client))
  if (typeof client.getMasterNode === 'function') {
    const ownPrefix = textOf(client._keyPrefix)
    const run: Isolation['run'] = work =>
      client.use!((lease: LeasedClient) => work(lentBySentinel(lease, ownPrefix)))
    return { run, close() {} }
  }
  // A pool cannot be duplicated, but one of its clients can.
  const of = async () => (client.execute ? await client.execute((one: RedisClient) => one) : client)
  return keptConnection(async () => isolatedNodeRedis(await of()))
}

/** The prefix as a string. Clients accept a Buffer too. */
function textOf(prefix: unknown): string {
  return prefix === undefined || prefix === null ? '' : String(prefix)
}
