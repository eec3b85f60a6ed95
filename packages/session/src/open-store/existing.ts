import { existsSync } from 'node:fs'
import { callStore, offers } from '../calls/any-store.ts'
import { SessionError } from '../errors.ts'
import type { Diagnosing } from '../store/diagnose.ts'
import type { Store } from '../store/store.ts'

/** Throws `ERR_SESSION_STORE_MISSING` if the file of a SQLite store does not exist. Opening the store would create it. */
export function checkFile(path: string, about: string): void {
  if (path !== ':memory:' && !existsSync(path)) throw missing(about, `file "${path}"`)
}

/**
 * Closes the store and throws `ERR_SESSION_STORE_MISSING` if it reports that its table or collection does not exist. A store that
 * cannot report passes this check: its first read shows what is wrong.
 */
export async function checkExists(store: Store, about: string): Promise<void> {
  if (!offers(store, 'diagnose')) return
  const findings = await (store as Store & Diagnosing).diagnose().catch(() => [])
  const found = findings.find(finding => finding.missing !== undefined)
  if (!found) return
  if (offers(store, 'close')) await callStore(store, 'close').catch(() => {})
  throw missing(about, String(found.missing))
}

function missing(about: string, what: string): SessionError {
  return new SessionError('ERR_SESSION_STORE_MISSING', `The session store (${about}) has no ${what}`)
}
