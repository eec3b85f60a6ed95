import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'

// The programs of the benchmarks have no types.
const { saturate } = await import(String(new URL('../lib/load.mjs', import.meta.url)))

it('load: a round in which nobody answered is told, instead of a rate of 0', async () => {
  const server = createServer(() => {})
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/read`
  await expect(saturate(url, { seconds: 1, connections: 2 })).rejects.toThrow(
    'Nobody answered a request to /read in 1 s',
  )
})
