// Taken when this file is loaded, because tests of apps replace the global timers.
import { setImmediate } from 'node:timers'

/**
 * Send commands through a Sentinel client of node-redis, so that they share a connection of its pool. The client leases a connection for a
 * command if no command is under way. If several commands come before it has the lease, each of them leases one, and the pool has only
 * one by default. Then the others wait until the first lease ends, and commands that come later can keep it for as long as there is
 * traffic. So in each tick of the event loop one command goes first. The others follow when the client has its lease.
 */
export function sharingLease(
  send: (command: readonly string[]) => Promise<unknown>,
): (command: readonly string[]) => Promise<unknown> {
  /** Ends with the tick, if a command was sent in it. */
  let tick: Promise<void> | undefined
  /** How many commands are under way that were sent in an earlier tick, or shared a lease. */
  let leased = 0

  async function first(command: readonly string[]): Promise<unknown> {
    let state: 'new' | 'leased' | 'ended' = 'new'
    tick = new Promise(resolve => {
      setImmediate(() => {
        tick = undefined
        if (state === 'new') {
          state = 'leased'
          leased++
        }
        resolve()
      })
    })
    try {
      return await send(command)
    } finally {
      if ((state as string) === 'leased') leased--
      state = 'ended'
    }
  }

  return async command => {
    while (tick) {
      await tick
      if (leased === 0) continue
      leased++
      try {
        return await send(command)
      } finally {
        leased--
      }
    }
    return first(command)
  }
}
