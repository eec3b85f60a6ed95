import type { Socket } from 'node:net'

interface HeldSocket {
  /** How many responses on this connection are held. */
  held: number
  /** Whether `destroy` was called meanwhile. */
  wanted: boolean
}

const known = new WeakMap<Socket, HeldSocket>()

/**
 * Keep the connection open until the held response is sent. Express, for example, destroys the connection when an error is thrown after
 * `res.send()`. Node would have written the response by then, but a held one was not written. So `destroy` waits for it. Call the
 * returned function when the response was released.
 */
export function keepOpen(socket: Socket | null | undefined): () => void {
  if (typeof socket?.destroySoon !== 'function') return () => {}
  const state = stateOf(socket)
  state.held++
  let held = true
  return () => {
    if (!held) return
    held = false
    if (--state.held === 0 && state.wanted) socket.destroySoon()
  }
}

function stateOf(socket: Socket): HeldSocket {
  const before = known.get(socket)
  if (before) return before
  const state: HeldSocket = { held: 0, wanted: false }
  known.set(socket, state)
  const { destroy } = socket
  socket.destroy = function (this: Socket, error?: Error) {
    if (state.held === 0 || error || this.destroyed || this.readableEnded) return destroy.call(this, error)
    state.wanted = true
    return this
  } as Socket['destroy']
  return state
}
