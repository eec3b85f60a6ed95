import type { RecordStoreOptions, Store } from '@coatcheck/session'
import { callStore, openStore } from '@coatcheck/session/stores'
import { type Flag, UsageError, type Values } from './command.ts'
import type { Io } from './io.ts'

/** For commands that are useful with a new store. */
export const CREATE: Readonly<Record<string, Flag>> = {
  create: { type: 'boolean', help: 'create the file, table or collection of the store if it does not exist' },
}

export interface OpenOptions extends RecordStoreOptions {
  /** Create the file, table or collection if it does not exist. Otherwise the command fails. */
  create: boolean
  /** Whether the command has the option `--create`, so that an error can name it. */
  mayCreate: boolean
}

const EXISTING: OpenOptions = { create: false, mayCreate: false }

/** Opens the store of the command line or the environment, and closes it after the work. */
export async function withStore<T>(values: Values, io: Io, work: (store: Store) => Promise<T>): Promise<T> {
  return withStoreOf(urlIn(values, io), { ...EXISTING, ...sealingIn(values, io) }, work)
}

/** How the store of the command line hashes ids and encrypts. */
export function sealingIn(values: Values, io: Io): RecordStoreOptions {
  const keys = values.keys ?? (io.env.SESSION_KEYS ? 'env:SESSION_KEYS' : undefined)
  const hashKey = values['hash-key']
  const hashIds = {
    key: hashKey === undefined ? undefined : secretIn('hash-key', hashKey, io),
    plain: 'read',
  } as const
  return {
    ...((values['hash-ids'] || hashKey !== undefined) && { hashIds }),
    // What is not encrypted yet is read as well.
    ...(keys !== undefined && { encryption: { keys: secretIn('keys', keys, io).split(','), plain: 'read' } }),
  }
}

/** Other users of the machine can see the command line: secrets are in variables. */
function secretIn(name: string, place: string | boolean, io: Io): string {
  const text = String(place)
  if (!text.startsWith('env:')) {
    throw new UsageError(
      `The option --${name} must be env:NAME, the name of an environment variable: other users can see the command line`,
    )
  }
  const secret = io.env[text.slice('env:'.length)]
  if (secret) return secret
  throw new UsageError(
    `The environment variable ${text.slice('env:'.length)} of the option --${name} is not set`,
  )
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

async function open(url: string, { mayCreate, ...options }: OpenOptions): Promise<Store> {
  try {
    return await openStore<Store>(url, { pruneInterval: false, ...options })
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error })
    const { code, message } = error as { code?: unknown; message?: unknown }
    if (code !== 'ERR_SESSION_STORE_MISSING' || !mayCreate) throw error
    throw new Error(`${message}; add --create to make it`, { cause: error })
  }
}
