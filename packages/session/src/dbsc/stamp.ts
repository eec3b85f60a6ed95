import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../cookie/secret.ts'

/** What a stamp is for: the challenge of a registration, or the value of the bound cookie. */
type Purpose = 'register' | 'bound'

/** A time that this server has signed for an id. Nothing has to be stored for it. */
export function stamp(secret: Secret, purpose: Purpose, id: string, time: number): string {
  const text = time.toString(36)
  const hmac = createHmac('sha256', secret).update(`coatcheck.dbsc ${purpose} ${text} ${id}`)
  return `${text}.${hmac.digest('base64url')}`
}

/** The time in `text`, if one of the secrets has signed it for this purpose and id; otherwise `NaN`. */
export function timeIn(text: string, secrets: readonly Secret[], purpose: Purpose, id: string): number {
  const time = Number.parseInt(text, 36)
  const given = Buffer.from(text)
  const valid = secrets.some(secret => {
    const own = Buffer.from(Number.isNaN(time) ? '' : stamp(secret, purpose, id, time))
    return own.length === given.length && timingSafeEqual(own, given)
  })
  return valid && given.length > 0 ? time : Number.NaN
}
