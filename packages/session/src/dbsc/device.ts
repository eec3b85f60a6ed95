import { parseCookie } from 'cookie'
import type { Secret } from '../cookie/secret.ts'
import type { Dbsc } from './options.ts'
import type { ProofKey } from './proof.ts'
import { stamp, timeIn } from './stamp.ts'

/** A challenge, and when it was made. */
export type Challenge = readonly [text: string, time: number]

/** The device to which a session is bound, as it is stored. Times are in milliseconds since 1970. */
export interface Device {
  /** The session's identifier in the browser. It stays when the session gets another id. */
  readonly id: string
  readonly key: ProofKey
  /** When the key was registered. */
  readonly since: number
  /** The two that were made last and not used, the newest first. */
  readonly challenges: readonly Challenge[]
  /** The one that was used last. */
  readonly used?: Challenge
}

/** What a request knows of the device. */
export class Binding {
  /** Whether the client has proved that it is on the device of the session that was read. */
  bound = false
  /** Whether it has not, and gets 401. */
  refused = false
  /** The id of the session for which the browser was asked to register a key. */
  offered: string | undefined
}

/** Milliseconds that a challenge is valid. A slow TPM needs some seconds for a signature. */
export const CHALLENGE_LIFE = 120_000

/** Milliseconds in which requests overtake each other. A client may still use what has just been replaced, or not yet have what is new. */
export const OVERTAKEN = 10_000

/** The header that asks a browser to register a key for the session of this id. */
export function offerOf({ register }: Dbsc<never>, secret: Secret, sid: string): string {
  return `(ES256 RS256);path="${register}";challenge="${stamp(secret, 'register', sid, Date.now())}"`
}

/** The name of the bound cookie. */
export function boundName(name: string): string {
  return `${name}-bound`
}

/** Whether the client has a valid bound cookie for this device, or cannot have it yet. */
export function isBound(
  text: string,
  name: string,
  cookies: string | undefined,
  secrets: readonly Secret[],
): boolean {
  const { id, since } = JSON.parse(text) as Device
  const now = Date.now()
  if (now < since + OVERTAKEN) return true
  const value = parseCookie(cookies ?? '')[boundName(name)] ?? ''
  return now < timeIn(value, secrets, 'bound', id) + OVERTAKEN
}
