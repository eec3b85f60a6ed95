import type { MemoryStore, SessionModule, Store, Stored } from './types.ts'

/** A memory store that holds `sessions`, each with a cookie that ends with the browser unless it brings its own. */
export function storeWith(
  session: SessionModule,
  sessions: Record<string, Record<string, unknown>> = {},
): MemoryStore {
  const store = new session.MemoryStore()
  for (const [id, data] of Object.entries(sessions)) store.sessions[id] = JSON.stringify(stored(data))
  return store
}

/** Stored data; the cookie is one that ends with the browser unless `data` has another. */
export function stored(data: Record<string, unknown> = {}): Stored {
  return { cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }, ...data }
}

/** A stored cookie with `ms` to live. */
export function livesFor(ms: number, originalMaxAge: number = ms): Stored['cookie'] {
  return { originalMaxAge, expires: new Date(Date.now() + ms), httpOnly: true, path: '/' }
}

const METHODS = ['get', 'set', 'touch', 'destroy'] as const

/** Names of the calls that `store` gets from here on. */
export function recordCalls(store: Store): string[] {
  const calls: string[] = []
  for (const name of METHODS) {
    const method = store[name] as ((...args: unknown[]) => unknown) | undefined
    if (!method) continue
    Object.assign(store, {
      [name](...args: unknown[]) {
        calls.push(name)
        return method.apply(store, args)
      },
    })
  }
  return calls
}

/** What `store` holds for `id`, read from behind its back. */
export function peek(store: MemoryStore, id: string): Stored | undefined {
  const json = store.sessions[id]
  return json === undefined ? undefined : JSON.parse(json)
}

/** The only session that `store` holds. */
export function peekOnly(store: MemoryStore): Stored {
  const all = Object.values(store.sessions)
  if (all.length !== 1) throw new Error(`one session expected, ${all.length} found`)
  return JSON.parse(all[0]!)
}
