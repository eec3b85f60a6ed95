// One container with a database in it. testcontainers is an optional peer, loaded when a container is wanted; the
// interfaces below are the parts of it that are used.
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface File {
  target: string
  content: string
}

export interface Container {
  /** The port, the same inside and outside, so that a server can report its address to others. */
  ports: number[]
  command: string[]
  environment?: Record<string, string>
  files?: File[]
  /** A folder that is kept in memory, and lost when the server is killed. */
  inMemory?: string
  ready(wait: Wait): WaitStrategy
  /** The variable that names a running server to use instead, if one would do. */
  instead?: string
}

/** The methods of every server. A server of a URL cannot be stopped or frozen: then these methods reject. */
export interface Controls {
  /** Removes the container and all data. Does nothing to a server of a URL. */
  stop(): Promise<void>
  /** Kills the server: connections break, and new ones are refused. */
  stopServer(): Promise<void>
  /** Starts the server that `stopServer()` has killed, on the same port, with its data. */
  startServer(): Promise<void>
  /** Freezes the server: connections stay open, and nothing answers. */
  pause(): Promise<void>
  /** Continues a frozen server. */
  unpause(): Promise<void>
}

export interface Started {
  host: string
  controls: Controls
  exec(...command: string[]): Promise<string>
}

const DATABASES = {
  redis: { name: 'Redis', official: 'redis:7', variable: 'COATCHECK_REDIS_IMAGE' },
  postgres: { name: 'PostgreSQL', official: 'postgres:15', variable: 'COATCHECK_POSTGRES_IMAGE' },
  mysql: { name: 'MySQL', official: 'mysql:8', variable: 'COATCHECK_MYSQL_IMAGE' },
  mongodb: { name: 'MongoDB', official: 'mongo:8', variable: 'COATCHECK_MONGODB_IMAGE' },
}

/** Starts a container and waits until the database in it is ready. */
export async function start(database: keyof typeof DATABASES, wanted: Container): Promise<Started> {
  const { name, official, variable } = DATABASES[database]
  const { GenericContainer, ImageName, Wait, getContainerRuntimeClient } = await loadTestcontainers()
  const runtime = await getContainerRuntimeClient().catch((cause: unknown) => {
    const instead = wanted.instead ? `, or set ${wanted.instead}` : ''
    throw new Error(`These tests need ${name}: install Docker${instead}.`, { cause })
  })

  // A locally built image replaces the official one if that cannot be pulled.
  const built = `coatcheck/${database}:debian`
  const hasBuilt = await runtime.image.exists(ImageName.fromString(built))
  const image = process.env[variable] || (hasBuilt ? built : official)

  const builder = new GenericContainer(image)
    .withCommand(wanted.command)
    .withEnvironment(wanted.environment ?? {})
    .withExposedPorts(...wanted.ports.map(port => ({ container: port, host: port })))
    .withCopyContentToContainer(wanted.files ?? [])
    .withTmpFs(wanted.inMemory ? { [wanted.inMemory]: 'rw' } : {})
    .withLabels({ 'coatcheck.run': process.env.COATCHECK_RUN ?? '' })
    // The container that cleans up after a killed run comes from a registry as well.
    .withAutoCleanup(image !== built)
    .withWaitStrategy(fromLastEnd(wanted.ready(Wait).withStartupTimeout(60_000)))
  const started = await builder.start().catch((cause: unknown) => {
    throw new Error(`${name} does not start from the image ${image}; ${variable} can name another.`, {
      cause,
    })
  })

  const container = runtime.container.getById(started.getId())
  const controls = {
    stop: async () => void (await started.stop()),
    stopServer: async () => void (await container.kill()),
    startServer: () => started.restart(),
    pause: () => freeze(container),
    unpause: async () => void (await container.unpause()),
  }
  async function exec(...command: string[]) {
    const { output, exitCode } = await Promise.race([started.exec(command), noAnswer(command)])
    if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${output}`)
    return output
  }
  // testcontainers can only guess whether the engine runs on this machine. A port in use proves it.
  const host = (await isFree(wanted.ports[0]!)) ? started.getHost() : '127.0.0.1'
  return { host, controls, exec }
}

/** Rejects when a command has taken too long. */
async function noAnswer(command: string[]): Promise<never> {
  await sleep(60_000, undefined, { ref: false })
  throw new Error(`${command.join(' ')}: no answer came within 60 seconds`)
}

/** Freezes a container. On a busy machine the kernel may give up before all processes have stopped, and has to be asked again. */
async function freeze(container: Freezable): Promise<void> {
  for (let left = TRIES - 1; ; left--) {
    try {
      await container.pause()
      return
    } catch (error) {
      if (left === 0 || !String(error).includes('unable to freeze')) throw error
    }
  }
}

// Docker's start time of a container is a moment late, and the server may be ready by then. So the output counts from the end of the
// last run.
function fromLastEnd(strategy: WaitStrategy): WaitStrategy {
  const waitUntilReady = strategy.waitUntilReady.bind(strategy)
  strategy.waitUntilReady = async (container, ports) => {
    const { State } = await container.inspect()
    const end = new Date(State.FinishedAt)
    await waitUntilReady(container, ports, end.getTime() > 0 ? end : undefined)
  }
  return strategy
}

async function loadTestcontainers(): Promise<Testcontainers> {
  const name = 'testcontainers'
  try {
    return (await import(/* @vite-ignore */ name)) as Testcontainers
  } catch (cause) {
    throw new Error('Databases in containers need testcontainers: npm install testcontainers', { cause })
  }
}

const TRIES = 3

/**
 * Calls `startOn` with so many free ports, and once more with others if another program has taken one of them before the container had it.
 * Fixed ports, because a mapped port changes when a container is restarted. They are below the range of outgoing connections, so that no
 * other program takes one while its server is stopped.
 */
export async function onFreePorts<P extends number[], T>(
  count: P['length'],
  startOn: (ports: P) => Promise<T>,
): Promise<T> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await startOn((await freePorts(count)) as P)
    } catch (error) {
      if (left === 0 || !isTaken(error)) throw error
    }
  }
}

function isTaken(error: unknown): boolean {
  const { cause } = error as { cause?: { message?: string } }
  return /port is already allocated|address already in use/.test(cause?.message ?? '')
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}

interface Testcontainers {
  GenericContainer: new (image: string) => ContainerBuilder
  ImageName: { fromString(name: string): unknown }
  Wait: Wait
  getContainerRuntimeClient(): Promise<ContainerRuntime>
}

interface ContainerBuilder {
  withCommand(command: string[]): this
  withEnvironment(environment: Record<string, string>): this
  withExposedPorts(...ports: { container: number; host: number }[]): this
  withCopyContentToContainer(files: File[]): this
  withTmpFs(folders: Record<string, string>): this
  withLabels(labels: Record<string, string>): this
  withAutoCleanup(on: boolean): this
  withWaitStrategy(strategy: WaitStrategy): this
  start(): Promise<StartedContainer>
}

interface StartedContainer {
  getHost(): string
  getId(): string
  exec(command: string[]): Promise<{ output: string; exitCode: number }>
  restart(): Promise<void>
  stop(): Promise<unknown>
}

interface ContainerRuntime {
  image: { exists(name: unknown): Promise<boolean> }
  container: {
    getById(id: string): Freezable & { kill(): Promise<unknown> }
  }
}

interface Freezable {
  pause(): Promise<unknown>
  unpause(): Promise<unknown>
}

interface Wait {
  forLogMessage(message: string | RegExp): WaitStrategy
  forSuccessfulCommand(command: string): WaitStrategy
}

interface WaitStrategy {
  withStartupTimeout(milliseconds: number): WaitStrategy
  waitUntilReady(container: Inspected, ports: unknown, since?: Date): Promise<void>
}

interface Inspected {
  inspect(): Promise<{ State: { FinishedAt: string } }>
}
