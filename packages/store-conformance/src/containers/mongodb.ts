import { freePorts, start } from './container.ts'
import { type DatabaseOptions, type DatabaseServer, runningElsewhere } from './server.ts'

/** A MongoDB server, or what stands in for it. `options` are the arguments that `new MongoClient()` takes. */
export interface MongodbServer extends DatabaseServer {
  readonly options: [url: string]
  /**
   * What answers: MongoDB, or FerretDB, which has no TTL indexes, no `$expr` in a filter and no replica sets. `undefined` for a
   * server that a URL names; `buildInfo` has a `ferretdbVersion` where it is FerretDB.
   */
  readonly kind: 'mongodb' | 'ferretdb' | undefined
}

/** A MongoDB server: the one of `MONGODB_URL`, or one in a container. */
export async function startMongodb(options: DatabaseOptions = {}): Promise<MongodbServer> {
  const { dedicated = false, args = [] } = options
  const running = process.env.MONGODB_URL
  if (running && !dedicated) {
    return { ...runningElsewhere('MONGODB_URL', running), options: [running], kind: undefined }
  }
  const [port] = (await freePorts(1)) as [number]
  const { host, controls, exec } = await start('mongodb', {
    ...(!dedicated && { instead: 'MONGODB_URL' }),
    ports: [port],
    command: ['mongod', '--bind_ip_all', '--port', `${port}`, ...args],
    ready: ({ forLogMessage }) => forLogMessage(/Waiting for connections/),
  })
  const url = `mongodb://${host}:${port}/`
  const said = await exec('mongod', '--version')
  return {
    ...controls,
    url,
    options: [url],
    kind: said.includes('FerretDB') ? 'ferretdb' : 'mongodb',
    version: /v(\d+\.\d+\.\d+)/.exec(said)?.[1],
  }
}
