import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { createApp } from './app.ts'
import { keptSecret } from './secret.ts'
import { readSettings, type Settings } from './settings.ts'
import { StartError } from './start-error.ts'

/** Milliseconds that requests under way have to finish when the server stops. */
const GRACE = 3000

try {
  await start(readSettings(process.env))
} catch (error) {
  if (!(error instanceof StartError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

async function start(settings: Settings): Promise<void> {
  const store = await openStore(settings.database)
  try {
    const secret = settings.secret ?? keptSecret(`${settings.database}-secret`)
    const server = createServer(createApp({ store, secret, maxAge: settings.maxAge }))
    const underWay = new Set<ServerResponse>()
    server.on('request', (_req, res) => {
      underWay.add(res)
      res.once('close', () => underWay.delete(res))
    })
    await listen(server, settings)
    console.log(`The cloakroom is open: ${addressOf(server, settings.host)}`)
    console.log(`Sessions are kept in ${settings.database}. Ctrl+C closes; sessions stay.`)
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => stop(server, store, underWay))
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Opens the file now and writes to it, so that an unusable file is reported at the start and not to the first visitor. */
async function openStore(file: string): Promise<SqliteStore> {
  try {
    const store = SqliteStore.open(file, { owner: 'user' })
    await store.prune()
    return store
  } catch (error) {
    throw new StartError(
      `The session database ${file} cannot be opened for writing: ${(error as Error).message}. ` +
        'Name another file with SESSION_DB.',
    )
  }
}

async function listen(server: Server, { port, host }: Settings): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} on ${host} is taken: stop what listens there, or choose another with PORT.`,
      )
    }
    throw new StartError(`The demo cannot listen on ${host}, port ${port}: ${message}.`)
  }
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

/** Lets requests under way finish. Idle connections do not delay it. */
async function stop(server: Server, store: SqliteStore, underWay: Set<ServerResponse>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const grace = setTimeout(() => server.closeAllConnections(), GRACE)
  await Promise.race([closed, Promise.all([...underWay].map(response => once(response, 'close')))])
  server.closeAllConnections()
  await closed
  clearTimeout(grace)
  await store.close()
}
