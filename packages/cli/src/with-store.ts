import type { Store } from '@coatcheck/session'
import { callStore, openStore } from '@coatcheck/session/stores'
import { UsageError, type Values } from './command.ts'
import type { Io } from './io.ts'

/** Open the store of the command line, or that of the environment, and close it after the work. */
export async function withStore<T>(values: Values, io: Io, work: (store: Store) => Promise<T>): Promise<T> {
  return withStoreOf(String(values.store ?? 'env:SESSION_STORE'), io, work)
}

/** Open the store of a URL, or of `env:NAME`. */
export async function withStoreOf<T>(place: string, io: Io, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await open(urlOf(place, io))
  try {
    return await work(store)
  } finally {
    // What the work has thrown is what matters.
    if ('close' in store) await callStore(store, 'close').catch(() => {})
  }
}

/** The URL itself, without what belongs to the environment. */
export function urlOf(place: string, io: Io): string {
  const name = /^env:(\w+)$/.exec(place)?.[1]
  if (name === undefined) return place
  const url = io.env[name]
  if (url) return url
  throw new UsageError(
    `The environment variable ${name} is not set: set it to the URL of the session store, such as sqlite:./sessions.db, or give the URL`,
  )
}

async function open(url: string): Promise<Store> {
  try {
    return await openStore<Store>(url, { pruneInterval: false })
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message, { cause: error }) : error
  }
}
