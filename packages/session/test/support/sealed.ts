import { randomBytes } from 'node:crypto'
import type { RecordStoreOptions } from '@coatcheck/session'
import type { Opened } from './renewals.ts'

/** Hashed ids, and encryption. */
export const SEALED: RecordStoreOptions = { hashIds: true, encryption: { keys: [randomBytes(32)] } }

type Open = (options?: RecordStoreOptions) => Opened | Promise<Opened>

/** The same stores with hashed ids and encryption. */
export function sealed(open: Open): Open {
  return options => open({ ...SEALED, ...options })
}
