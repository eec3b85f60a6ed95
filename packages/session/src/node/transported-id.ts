import type { ServerResponse } from 'node:http'
import type { SetCookies } from '../engine/door.ts'
import { type Transport, type TransportResponse, writeTransport } from '../transport/transport.ts'

/** The session's id in the headers of a response of `node:http` or `node:http2`, where a transport has put it. */
export class TransportedId implements SetCookies, TransportResponse {
  readonly #res: ServerResponse
  readonly #transport: Transport
  #values: readonly string[] = []
  /** The headers that the transport has changed, as they were before. */
  readonly #before = new Map<string, ReturnType<ServerResponse['getHeader']>>()

  constructor(res: ServerResponse, transport: Transport) {
    this.#res = res
    this.#transport = transport
  }

  readonly headers: TransportResponse['headers'] = {
    set: (name, value) => {
      this.#remember(name)
      this.#res.setHeader(name, value)
    },
    append: (name, value) => {
      const before = this.#remember(name)
      this.#res.setHeader(name, before === undefined ? value : `${before}, ${value}`)
    },
    delete: name => {
      this.#remember(name)
      this.#res.removeHeader(name)
    },
  }

  get(): readonly string[] {
    return this.#values
  }

  set(values: readonly string[]): void {
    this.#undo()
    const [id] = values
    if (id !== undefined) writeTransport(this.#transport, this, id)
    this.#values = values
  }

  header(name: string): string | undefined {
    const value = this.#res.getHeader(name)
    return value === undefined ? undefined : String(value)
  }

  append(name: string, value: string): void {
    this.headers.append(name, value)
  }

  #remember(name: string): ReturnType<ServerResponse['getHeader']> {
    const value = this.#res.getHeader(name)
    const key = name.toLowerCase()
    if (!this.#before.has(key)) this.#before.set(key, value)
    return value
  }

  #undo(): void {
    for (const [name, value] of this.#before) {
      if (value === undefined) this.#res.removeHeader(name)
      else this.#res.setHeader(name, value)
    }
    this.#before.clear()
    this.#values = []
  }
}
