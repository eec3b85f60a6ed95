import type { Socket } from 'node:net'

/** A connection with held responses. */
export interface HeldSocket {
  readonly socket: Socket
  /** How many of its responses are held. */
  held: number
  /** Whether `destroy` was called meanwhile. */
  wanted: boolean
}

const known = new WeakMap<Socket, HeldSocket>()

/**
 * Keep the connection open until the held response is sent. Express, for example, destroys the connection when an error is thrown after
 * `res.send()`. Node would have written the response by then, but a held one was not written. So `destroy` waits for it. Pass what this
 * returns to `letGo` once the response was released.
 */
export function keepOpen(socket: Socket | null | undefined): HeldSocket | undefined {
  if (typeof socket?.destroySoon !== 'function') return undefined
  const state = known.get(socket) ?? watch(socket)
  state.held++
  return state
}

/** The response of `held` was released, or given back. */
export function letGo(held: HeldSocket | undefined): undefined {
  if (held && --held.held === 0 && held.wanted) held.socket.destroySoon()
}

function watch(socket: Socket): HeldSocket {
  const state: HeldSocket = { socket, held: 0, wanted: false }
  known.set(socket, state)
  const { destroy } = socket
  socket.destroy = function (this: Socket, error?: Error) {
    if (state.held === 0 || error || this.destroyed || this.readableEnded) return destroy.call(this, error)
    state.wanted = true
    return this
  } as Socket['destroy']
  return state
}
