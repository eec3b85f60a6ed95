import type { OwnedSession, RecordStore, Store } from '@coatcheck/session'
import { type Flag, STORE, UsageError, type Values } from './command.ts'
import type { Io } from './io.ts'
import { type Listed, listed } from './listing.ts'
import { sealingIn, urlIn, withStoreOf } from './with-store.ts'

/** Options of commands on the sessions of an owner. */
export const OWNER: Readonly<Record<string, Flag>> = {
  ...STORE,
  owner: {
    type: 'string',
    value: 'PATH',
    help: 'where a session has its owner, such as userId or user.id; default env:SESSION_OWNER',
  },
}

/** An owner's session as `sessions` lists it. */
export interface ListedOwned extends Listed {
  /** ISO 8601; `null` if the app does not record it. */
  created: string | null
  /** When its lifetime was last restarted, in ISO 8601. */
  touched: string
}

/** Opens the store with the option `owner`, and closes it after the work on the sessions of `name`. */
export function withOwners<T>(
  name: string,
  values: Values,
  io: Io,
  work: (store: RecordStore) => Promise<T>,
): Promise<T> {
  if (name === '') throw new UsageError('The owner must not be empty')
  const owner = String(values.owner ?? io.env.SESSION_OWNER ?? '')
  if (owner === '')
    throw new UsageError(
      'The option --owner is missing: give the path of the owner in a session, such as userId',
    )
  const options = { create: false, mayCreate: false, ...sealingIn(values, io), owner }
  return withStoreOf(urlIn(values, io), options, store => work(ownersOf(store)))
}

function ownersOf(store: Store): RecordStore {
  if ('sessionsOf' in store && 'destroyAllOf' in store) return store as RecordStore
  throw new UsageError('This store has no sessionsOf() and destroyAllOf()')
}

export function listedOwned(
  { sid, session, createdAt, touchedAt }: OwnedSession,
  values: Values,
): ListedOwned {
  const { id, ...rest } = listed(sid, session, Boolean(values.reveal))
  return { id, created: createdAt?.toISOString() ?? null, touched: touchedAt.toISOString(), ...rest }
}
