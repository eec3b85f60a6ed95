/** The beginning of a session's key: the version of the hash. */
export const PREFIX = 'h1.'
const KEY = /^h1\.[\w-]{43}$/

/** The beginning of the ids of `migratingStore`'s tombstone records. The hash of the session's id follows. */
export const TOMBSTONES = 'coatcheck.gone.'

/** Whether this is the key under which a store with the option `hashIds` has a session. */
export function isHashedId(id: string): boolean {
  return id.startsWith(PREFIX) && KEY.test(id)
}

export function isTombstone(sid: string): boolean {
  return sid.startsWith(TOMBSTONES) && sid.length === TOMBSTONES.length + 43
}
