import type { ServerResponse } from 'node:http'
import { type Transport, type TransportResponse, writeTransport } from '../transport/transport.ts'
import { ResponseCookies } from './set-cookies.ts'

/** The session's id in the headers of a response of `node:http` or `node:http2`, where a transport has put it. */
export class TransportedId extends ResponseCookies implements TransportResponse {
  readonly #res: ServerResponse
  readonly #transport: Transport
  #values: readonly string[] = []
  /** The headers that the transport has changed, as they were before. */
  readonly #before = new Map<string, ReturnType<ServerResponse['getHeader']>>()

  constructor(res: ServerResponse, transport: Transport) {
    super(res)
    this.#res = res
    this.#transport = transport
  }

  readonly headers: TransportResponse['headers'] = {
    set: (name, value) => {
      this.#remember(name)
      this.#res.setHeader(name, value)
    },
    append: (name, value) => {
      this.#remember(name)
      this.append(name, value)
    },
    delete: name => {
      this.#remember(name)
      this.#res.removeHeader(name)
    },
  }

  override get(): readonly string[] {
    return this.#values
  }

  override set(values: readonly string[]): void {
    this.#undo()
    const [id] = values
    if (id !== undefined) writeTransport(this.#transport, this, id)
    this.#values = values
  }

  #remember(name: string): void {
    const key = name.toLowerCase()
    if (!this.#before.has(key)) this.#before.set(key, this.#res.getHeader(name))
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
