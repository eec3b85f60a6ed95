import type { Store } from '@coatcheck/session'
import { callStore, openStore } from '@coatcheck/session/stores'
import { type Flag, UsageError, type Values } from './command.ts'
import type { Io } from './io.ts'

/** For commands that are useful with a new store. */
export const CREATE: Readonly<Record<string, Flag>> = {
  create: { type: 'boolean', help: 'create the file, table or collection of the store if it does not exist' },
}

export interface OpenOptions {
  /** Create the file, table or collection if it does not exist. Otherwise the command fails. */
  create: boolean
  /** Whether the command has the option `--create`, so that an error can name it. */
  mayCreate: boolean
}

const EXISTING: OpenOptions = { create: false, mayCreate: false }

/** Opens the store of the command line or the environment, and closes it after the work. */
export async function withStore<T>(values: Values, io: Io, work: (store: Store) => Promise<T>): Promise<T> {
  return withStoreOf(urlIn(values, io), EXISTING, work)
}

/** Opens the store of a URL, and closes it after the work. */
export async function withStoreOf<T>(
  url: string,
  options: OpenOptions,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await open(url, options)
  try {
    return await work(store)
  } finally {
    // The user needs to see an error of the work, not one of `close`.
    if ('close' in store) await callStore(store, 'close').catch(() => {})
  }
}

/** The URL of `--store`, or of the environment. */
export function urlIn(values: Values, io: Io): string {
  return urlOf(String(values.store ?? 'env:SESSION_STORE'), io)
}

/** The URL itself, or the URL in a variable for `env:NAME`. */
export function urlOf(place: string, io: Io): string {
  const name = /^env:(\w+)$/.exec(place)?.[1]
  if (name === undefined) return place
  const url = io.env[name]
  if (url) return url
  throw new UsageError(
    `The environment variable ${name} is not set: set it to the URL of the session store, such as sqlite:./sessions.db, or give the URL`,
  )
}

async function open(url: string, { create, mayCreate }: OpenOptions): Promise<Store> {
  try {
    return await openStore<Store>(url, { pruneInterval: false, create })
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error })
    const { code, message } = error as { code?: unknown; message?: unknown }
    if (code !== 'ERR_SESSION_STORE_MISSING' || !mayCreate) throw error
    throw new Error(`${message}; add --create to make it`, { cause: error })
  }
}
