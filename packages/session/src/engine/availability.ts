import type { Store } from '../store/store.ts'

/** Whether a store can be used. */
export interface Availability {
  readonly connected: boolean
}

const byStore = new WeakMap<Store, Availability>()

/** Follow the events `disconnect` and `connect` of a store. Several middlewares on one store listen once. */
export function watch(store: Store): Availability {
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
