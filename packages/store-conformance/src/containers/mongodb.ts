import { onFreePorts, start } from './container.ts'
import { initiate, MONGOD, primaryOf, until } from './mongodb-admin.ts'
import { type DatabaseOptions, type DatabaseServer, runningElsewhere } from './server.ts'

/** A MongoDB server. `options` are the arguments that `new MongoClient()` takes. */
export interface MongodbServer extends DatabaseServer {
  readonly options: [url: string]
}

/** A MongoDB server: the one of `MONGODB_URL`, or one in a container, which is a replica set of one member. */
export async function startMongodb(options: DatabaseOptions = {}): Promise<MongodbServer> {
  const { dedicated = false, args = [] } = options
  const running = process.env.MONGODB_URL
  if (running && !dedicated) {
    return { ...runningElsewhere('MONGODB_URL', running), options: [running] }
  }
  return onFreePorts(1, async ([port]: [number]) => {
    const { host, controls, exec } = await start('mongodb', {
      ...(!dedicated && { instead: 'MONGODB_URL' }),
      ports: [port],
      // This server is never killed, so it need not wait for the disk, as it would after each new collection.
      ...(!dedicated && { inMemory: '/data/db' }),
      command: [...MONGOD, '--port', `${port}`, ...args],
      ready: ({ forLogMessage }) => forLogMessage(/Waiting for connections/),
    })
    await initiate(host, [port], { killed: dedicated })
    // Its only member reports the address 127.0.0.1. If Docker is on another machine, that is wrong.
    const url = `mongodb://${host}:${port}/${isLocal(host) ? '' : '?directConnection=true'}`
    return {
      ...controls,
      async startServer() {
        await controls.startServer()
        await until(() => primaryOf(host, [port]))
      },
      url,
      options: [url],
      version: mongodVersion(await exec('mongod', '--version')),
    }
  })
}

export function mongodVersion(said: string): string | undefined {
  return /v(\d+\.\d+\.\d+)/.exec(said)?.[1]
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1'
}
