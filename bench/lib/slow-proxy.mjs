import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Starts a proxy for the server of `url` that delays every answer by `delay` milliseconds. */
export async function slowProxy(url, delay) {
  const { hostname, port } = new URL(url)
  const sockets = new Set()
  const proxy = createServer(client => {
    const server = connect(Number(port), hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        server.destroy()
        sockets.delete(socket)
      })
    }
    client.pipe(server)
    server.on('data', chunk => setTimeout(() => client.write(chunk), delay))
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = proxy.address().port
  // A member of a replica set tells its own address, and the driver would go there.
  if (through.protocol === 'mongodb:') {
    through.searchParams.delete('replicaSet')
    through.searchParams.set('directConnection', 'true')
  }
  return {
    url: through.href,
    close() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  }
}
