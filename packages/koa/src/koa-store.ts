import type { RecordStore } from '@coatcheck/session'

type Data = Record<string, unknown>

/** The last argument of koa-session's calls. koa-generic-session passes none. */
export interface KoaStoreOptions {
  /** The context of the request. */
  ctx?: object
  /** Whether the data has changed. */
  changed?: boolean
}

/** The methods that koa-session and koa-generic-session call on their `store`. */
export interface KoaStore {
  get(key: string, maxAge?: number | 'session', options?: KoaStoreOptions): Promise<Data | undefined>
  set(key: string, data: object, maxAge?: number | 'session', options?: KoaStoreOptions): Promise<void>
  destroy(key: string): Promise<void>
  on(event: string, listener: () => void): void
}

/**
 * A store of this family as the `store` of koa-session and koa-generic-session. A destroyed session stays destroyed, even if another
 * request had read it before: if that request changes it, it fails with `ERR_SESSION_GONE`.
 */
export function koaStore(store: RecordStore): KoaStore {
  /** The key that a request has read, by its context. koa-generic-session passes no context: then by the data. */
  const read = new WeakMap<object, string>()

  return {
    async get(key, _maxAge, { ctx } = {}) {
      const stored = await store.get(key)
      if (!stored) return undefined
      const data = shown(stored)
      read.set(ctx ?? data, key)
      return data
    },
    async set(key, data, maxAge, { ctx, changed = true } = {}) {
      const stored = withLifetime(data, typeof maxAge === 'number' ? maxAge : null)
      if (read.get(ctx ?? data) !== key) return store.set(key, stored)
      await store
        .update(key, () => stored)
        .catch(error => {
          if (changed || error.code !== 'ERR_SESSION_GONE') throw error
        })
    },
    async destroy(key) {
      await store.destroy(key)
    },
    on(event, listener) {
      store.on(event, listener)
    },
  }
}

/** The stores of this family read a session's lifetime from its cookie, so the cookie of koa-generic-session is stored inside of it. */
function withLifetime(
  { cookie: theirs, ...data }: Data | { cookie?: unknown },
  maxAge: number | null,
): object {
  const expires = maxAge === null ? null : new Date(Date.now() + maxAge)
  return { ...data, cookie: { originalMaxAge: maxAge, expires, theirs } }
}

function shown(stored: object): Data {
  const { cookie, ...data } = stored as { cookie: { theirs?: unknown } }
  return cookie.theirs === undefined ? data : { ...data, cookie: cookie.theirs }
}
