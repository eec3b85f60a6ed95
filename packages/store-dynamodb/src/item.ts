import { fromText, toText } from './text.ts'

/** The latest expiry. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** An attribute value of DynamoDB. */
export interface Value {
  readonly S?: string
  readonly N?: string
}

/** An item, or the values of an expression. */
export type Item = Readonly<Record<string, Value>>

/** The names in expressions, because some are reserved words. */
const NAMES: Readonly<Record<string, string>> = {
  '#sess': 'sess',
  '#expires': 'expires',
  '#early': 'early',
  '#owner': 'owner',
}

/** Whether the lifetime is over. A session ends `early` milliseconds before `expires`, which is in whole seconds for DynamoDB's TTL. */
const OVER = '#expires <= :now OR #expires = :next AND #early >= :left'

/**
 * The condition for a live session. connect-dynamodb has no `early`, and writes fractions of seconds to `expires`. Its `touch` leaves
 * items without `sess` after a logout. A comparison with an attribute that is not there is false.
 */
export const LIVE: string = `attribute_exists(#sess) AND NOT (${OVER})`

/** The opposite of {@link LIVE}. */
export const FREE: string = `attribute_not_exists(#sess) OR ${OVER}`

/** The values of {@link LIVE} and {@link FREE}: the time, the next whole second, and the milliseconds until then. */
export function liveAt(now: number): Item {
  const next = Math.ceil(now / 1000)
  return {
    ':now': { N: (now / 1000).toFixed(3) },
    ':next': { N: String(next) },
    ':left': { N: String(next * 1000 - now) },
  }
}

/** The values of a new expiry. */
export function endAt(end: number): Item {
  const ms = Math.min(Math.ceil(end), LAST)
  const expires = Math.ceil(ms / 1000)
  return { ':expires': { N: String(expires) }, ':early': { N: String(expires * 1000 - ms) } }
}

/** The names that an expression uses: DynamoDB refuses others. */
export function namesIn(...expressions: (string | undefined)[]): Record<string, string> {
  const text = expressions.join(' ')
  return Object.fromEntries(Object.entries(NAMES).filter(([name]) => text.includes(name)))
}

/** The text of a session. */
export function dataOf({ sess }: Item): string {
  return fromText(sess?.S ?? '')
}

export function sessOf(data: string): Value {
  return { S: toText(data) }
}

/** The rest of a lifetime in milliseconds; 0 if this is no session. One without an expiry has the default lifetime. */
export function leftOf({ sess, expires, early }: Item, now: number, ttl: number): number {
  if (sess?.S === undefined) return 0
  if (expires?.N === undefined) return ttl
  const seconds = Number(expires.N)
  const end = Math.round(seconds * 1000) - (Number.isInteger(seconds) ? Number(early?.N ?? 0) : 0)
  return Math.max(end - now, 0)
}
