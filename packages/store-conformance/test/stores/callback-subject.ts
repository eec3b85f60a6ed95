import { createRequire } from 'node:module'
import type { AnyStore, Subject } from '../../src/index.ts'

interface Row {
  sid: string
  text: string
  end: number
}

type Defer = (callback: (...args: unknown[]) => void, ...args: unknown[]) => void

const CallbackStore = createRequire(import.meta.url)('./callback-store.cjs') as new (options: {
  map: Map<string, Row>
  prefix: string
  ttl: number | undefined
  defer?: Defer
}) => AnyStore

/** The callback-only store with what a Map can offer as hooks: there is no backend to fail. */
export function callbackSubject(defer?: Defer, changes: Partial<Subject> = {}): Subject {
  const map = new Map<string, Row>()
  return {
    name: 'callback store',
    create: ({ namespace, ttlMs }) =>
      new CallbackStore({ map, prefix: namespace, ttl: ttlMs, ...(defer ? { defer } : {}) }),
    granularityMs: 1,
    backend: {
      putRaw: (store, sid, text) => void map.set(store.key(sid), { sid, text, end: Date.now() + 86_400_000 }),
      rows: store => [...map.keys()].filter(key => key.startsWith(store.prefix)).length,
      sweep: store => store.sweep(),
      age: (store, sid, ms) => {
        map.get(store.key(sid))!.end -= ms
      },
    },
    ...changes,
  }
}

export default callbackSubject()
