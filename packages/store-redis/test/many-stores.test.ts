import { startRedis } from '@coatcheck/store-conformance/containers'
import { RedisStore } from '@coatcheck/store-redis'
import { it } from 'vitest'
import { useServer } from '../../session/test/support/dedicated.ts'
import { throughAnOutage, throughRounds } from '../../session/test/support/many-stores.ts'
import { clients, restricted } from './support/clients.ts'

const server = useServer(() => startRedis({ dedicated: true }))

it.each(['ioredis 5', 'node-redis 5'])(
  'eleven stores on %s: an outage and a recovery make no MaxListenersExceededWarning',
  async name => {
    const { client, end } = await clients[name]!(server().url)
    await throughAnOutage(server(), {
      make: i => new RedisStore({ client, prefix: `many${i}:`, timeout: 1000 }),
      end,
    })
  },
)

it('eleven stores of open: an outage and a recovery make no MaxListenersExceededWarning', async () => {
  await throughAnOutage(server(), {
    make: i => RedisStore.open(server().url, { prefix: `own${i}:`, timeout: 1000 }),
  })
})

it.each(['ioredis 5', 'node-redis 5'])(
  'eleven stores on %s of a user without scripts: transactions make no MaxListenersExceededWarning',
  async name => {
    const { client, end } = await restricted(clients[name]!)
    await throughRounds({ make: i => new RedisStore({ client, prefix: `plain${i}:` }), end })
  },
)
