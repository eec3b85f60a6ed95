/** Whether a store can be used. */
export interface Availability {
  readonly connected: boolean
}

interface Emitter {
  on(event: string, listener: () => void): unknown
}

const byStore = new WeakMap<Emitter, Availability>()

/** Follow the events `disconnect` and `connect` of a store. Several middlewares on one store listen once. */
export function watch(store: Emitter): Availability {
  const watched = byStore.get(store)
  if (watched) return watched
  const availability = { connected: true }
  store.on('disconnect', () => {
    availability.connected = false
  })
  store.on('connect', () => {
    availability.connected = true
  })
  byStore.set(store, availability)
  return availability
}
