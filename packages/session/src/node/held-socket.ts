import type { Socket } from 'node:net'

interface HeldSocket {
  /** How many responses on this connection are held. */
  held: number
  /** Somebody has asked to destroy the socket meanwhile. */
  wanted: boolean
}

const known = new WeakMap<Socket, HeldSocket>()

/**
 * Error handlers destroy the connection of a response that has been finished already, as Express does for what is thrown after
 * `res.send()`. Node has written such a response by then; one that is held has not been. So the connection ends after it. Gives a function
 * to call when the response has been let go.
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
