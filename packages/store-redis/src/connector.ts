import { createConnection, type Socket } from 'node:net'
// Taken when this file is loaded, because tests of apps replace the global timers.
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import { connect as connectTls } from 'node:tls'
import type { Address } from './parse-url.ts'

interface ConnectorOptions extends Address {
  readonly tls?: object
  readonly disconnectTimeout: number
}

type Report = (error: Error) => void

/** A connector that reports why a connection failed. For a cluster, ioredis does not report it. */
export function connectorWith(report: Report): new (options: ConnectorOptions) => Connector {
  return class extends Connector {
    override async connect(): Promise<Socket> {
      const socket = await super.connect()
      return socket.on('error', report)
    }
  }
}

/** Find out why the first of these nodes cannot be reached. For Sentinels, ioredis does not report it. */
export function probe([{ host, port }]: [Address, ...Address[]], report: Report): void {
  const socket = createConnection({ host, port }, () => socket.destroy())
  socket.unref().on('error', report)
}

/**
 * How ioredis gets its connections (its option `Connector`). Everything that is written in one tick of the event loop is sent in one
 * system call. A connection without waiting commands does not keep the process alive.
 */
export class Connector {
  readonly #options: ConnectorOptions
  #socket: Socket | undefined
  #connecting = false
  /** The reason for which ioredis could not connect. */
  firstError: Error | undefined

  constructor(options: ConnectorOptions) {
    this.#options = options
  }

  /** Whether the server is the right one. */
  check(): boolean {
    return true
  }

  async connect(): Promise<Socket> {
    const { host, port, tls } = this.#options
    this.#connecting = true
    // `disconnect` may be called in the same tick.
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
