import { onFreePorts, start } from './container.ts'
import { mongodVersion } from './mongodb.ts'
import { command, initiate, MONGOD, primaryOf, SET, until } from './mongodb-admin.ts'
import type { DatabaseServer } from './server.ts'

/** A MongoDB replica set. `options` are the arguments that `new MongoClient()` takes. */
export interface MongodbReplicaSetServer extends DatabaseServer {
  readonly options: [url: string]
  /** The ports of the members. */
  readonly members: readonly number[]
  /** The port of the current primary. Waits for the end of an election. */
  primary(): Promise<number>
  /** Makes the primary step down, and waits until another member is the primary. */
  stepDown(): Promise<void>
  /** Kills the primary, waits until another member is the primary, and starts the killed one as a secondary, up to date. */
  failover(): Promise<void>
}

/** Three MongoDB servers in one container on this machine, each on the same port inside and outside. */
export async function startMongodbReplicaSet(): Promise<MongodbReplicaSetServer> {
  return onFreePorts(3, async (members: [number, number, number]) => {
    const { host, controls, exec } = await start('mongodb', {
      ports: members,
      command: ['sh', '-c', MEMBERS, 'sh', ...members.map(String)],
      ready: ({ forLogMessage }) => forLogMessage(/the members listen/),
    })
    await initiate(host, members, { killed: true })

    const primary = () => until(() => primaryOf(host, members))

    /** Waits for another primary than this one. */
    const successorOf = (old: number) =>
      until(async () => {
        const port = await primaryOf(host, members)
        return port !== old && port
      })

    /** Whether there is a primary, and all other members are up to date. */
    async function settled(): Promise<boolean> {
      const port = await primaryOf(host, members)
      if (port === undefined) return false
      const status = await command(host, port, { replSetGetStatus: 1 }).catch(() => undefined)
      const states = status?.members?.map(({ stateStr }) => stateStr) ?? []
      return states.filter(state => state === 'SECONDARY').length === members.length - 1
    }

    await until(settled)
    const url = `mongodb://${members.map(port => `${host}:${port}`).join()}/?replicaSet=${SET}`
    return {
      ...controls,
      async startServer() {
        await controls.startServer()
        await until(settled)
      },
      url,
      options: [url],
      version: mongodVersion(await exec('mongod', '--version')),
      members,
      primary,
      async stepDown() {
        const old = await primary()
        await command(host, old, { replSetStepDown: 10, secondaryCatchUpPeriodSecs: 10 })
        await successorOf(old)
      },
      async failover() {
        const killed = await primary()
        await exec('sh', '-c', `kill -9 $(cat /data/${killed}/mongod.lock)`)
        await successorOf(killed)
        await exec(...mongod(`${killed}`))
        await until(settled)
      },
    }
  })
}

/** A member that runs in the background. */
function mongod(port: string): string[] {
  const place = ['--dbpath', `/data/${port}`, '--fork', '--logpath', `/data/${port}.log`, '--logappend']
  return [...MONGOD, '--port', port, ...place]
}

const MEMBERS = `
for port; do mkdir -p /data/$port; ${mongod('$port').join(' ')}; done
echo the members listen
exec sleep infinity`
