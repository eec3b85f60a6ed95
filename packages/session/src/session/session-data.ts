import type { RegenerateOptions } from './session.ts'

type Data = Record<string, unknown>

/** Put into `to` what `keep` names of `from`: the names of keys, or `true` for all. The cookie stays where it is. */
export function carryOver(from: object, to: object, keep: RegenerateOptions['keep']): void {
  const keys = keep === true ? Object.keys(from) : keep || []
  for (const key of keys) {
    if (key !== 'cookie' && Object.hasOwn(from, key)) (to as Data)[key] = (from as Data)[key]
  }
}

/** Take everything but the cookie out of `session`. */
export function clearData(session: object): void {
  for (const key of Object.keys(session)) {
    if (key !== 'cookie') delete (session as Data)[key]
  }
}
