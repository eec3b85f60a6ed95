import { createConnection, type Socket } from 'node:net'
// Taken as this file is loaded: tests of apps put others in their place.
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import { connect as connectTls } from 'node:tls'
import type { Address } from './parse-url.ts'

interface ConnectorOptions extends Address {
  readonly tls?: object
  readonly disconnectTimeout: number
}

type Report = (error: Error) => void

/** The connector, where what a connection fails with is reported: ioredis keeps it to itself for a cluster. */
export function connectorWith(report: Report): new (options: ConnectorOptions) => Connector {
  return class extends Connector {
    override async connect(): Promise<Socket> {
      const socket = await super.connect()
      return socket.on('error', report)
    }
  }
}

/** Finds out why none of these can be connected to: ioredis does not say it of Sentinels. */
export function probe([{ host, port }]: [Address, ...Address[]], report: Report): void {
  const socket = createConnection({ host, port }, () => socket.destroy())
  socket.unref().on('error', report)
}

/**
 * How ioredis gets its connections (its option `Connector`): what is written in one turn of the event loop leaves in one system call,
 * and a connection on which nothing is asked keeps no process alive.
 */
export class Connector {
  readonly #options: ConnectorOptions
  #socket: Socket | undefined
  #connecting = false
  /** What ioredis tells where a connection could not be made. */
  firstError: Error | undefined

  constructor(options: ConnectorOptions) {
    this.#options = options
  }

  /** Whether the server is the one that was wanted. */
  check(): boolean {
    return true
  }

  async connect(): Promise<Socket> {
    const { host, port, tls } = this.#options
    this.#connecting = true
    // `disconnect` may be called in the same turn.
    await undefined
    if (!this.#connecting) throw new Error('Connection is closed.')
    const socket = gathering(tls ? connectTls({ host, port, ...tls }) : createConnection({ host, port }))
    socket.unref()
    socket.once('error', error => {
      this.firstError = error
    })
    this.#socket = socket
    return socket
  }

  disconnect(): void {
    this.#connecting = false
    const socket = this.#socket
    if (!socket) return
    const timer = setTimeout(() => socket.destroy(), this.#options.disconnectTimeout)
    socket.once('close', () => clearTimeout(timer))
    socket.end()
  }
}

function gathering(socket: Socket): Socket {
  const write = socket.write
  socket.write = (...args: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork()
      setImmediate(() => socket.uncork())
    }
    return write.apply(socket, args as Parameters<Socket['write']>)
  }
  return socket
}
