import { setTimeout as sleep } from 'node:timers/promises'
import { ours } from './ours.ts'
import type { Done, MemoryStore, Stored } from './types.ts'

export interface SlowStore extends MemoryStore {
  /** When the last write was done, by `performance.now()`. */
  written: number
}

/** A memory store whose `set`, `touch` and `destroy` take `ms` to answer, and change nothing before. */
export function slowStore(ms: number): SlowStore {
  const store = new ours.MemoryStore() as SlowStore
  store.written = 0
  for (const name of ['set', 'touch', 'destroy'] as const) {
    const method = store[name] as (...args: unknown[]) => unknown
    const slow = async (args: unknown[], done: Done | undefined) => {
      await sleep(ms)
      method.call(store, ...args, (error?: unknown) => {
        store.written = performance.now()
        done?.(error)
      })
    }
    const withData = (id: string, session: Stored, done?: Done) => void slow([id, session], done)
    const withoutData = (id: string, done?: Done) => void slow([id], done)
    Object.assign(store, { [name]: name === 'destroy' ? withoutData : withData })
  }
  return store
}
