import type { EventEmitter } from 'node:events'

/** Emit `disconnect` when the first of the stores becomes unavailable, and `connect` when all of them are back. */
export function forwardConnection(stores: readonly object[], target: EventEmitter): void {
  const away = new Set<object>()
  for (const store of stores) {
    const { on } = store as Partial<EventEmitter>
    if (typeof on !== 'function') continue
    on.call(store as EventEmitter, 'disconnect', () => {
      if (away.size === 0) target.emit('disconnect')
      away.add(store)
    })
    on.call(store as EventEmitter, 'connect', () => {
      if (away.delete(store) && away.size === 0) target.emit('connect')
    })
  }
}
