import { cookieJson, EXPIRES } from '../cookie/cookie.ts'
import { isoText } from '../cookie/iso-text.ts'
import { DEVICE, deviceOf } from './device.ts'
import { LIFESPAN, lifespanText, withLifespan } from './lifespan.ts'

/**
 * A session as JSON consists of its cookie and its content, which is everything else. This package and express-session write the cookie
 * first, or second after the lifespan. So the two can be separated and joined as texts, without parsing.
 */

/** The start of such a text, up to the end of the cookie: a flat object whose strings need no escapes. */
const COOKIE =
  /^\{(?:"coatcheck\.lifespan":"[\d/]+",)?"cookie":(\{"originalMaxAge":[^{}\\"]*(?:"[^"\\]*"[^{}\\"]*)*\})/

/** The content of the session that `withContent` is at work on. */
let known: { session: object; content: string } | undefined

/**
 * The content of the session in this text; `undefined` when that needs parsing. Escapes such as `\/` are the sign of another writer,
 * whose text may differ for the same content.
 */
export function contentIn(text: string): string | undefined {
  const head = COOKIE.exec(text)
  if (!head || text.includes('\\u') || text.includes('\\/')) return undefined
  const rest = text.slice(head[0].length)
  return rest === '}' ? '{}' : `{${rest.slice(1)}`
}

/** The text with another cookie; `undefined` when that needs parsing. */
export function withCookie(text: string, cookie: object): string | undefined {
  const head = COOKIE.exec(text)
  if (!head) return undefined
  const [whole, before] = head as unknown as [string, string]
  const start = whole.slice(0, whole.length - before.length)
  return joined(start, cookieJson(cookie), text.slice(whole.length))
}

/** The cookie in the text; `undefined` when the whole text needs parsing for that. */
export function cookieIn(text: string): { expires?: string } | undefined {
  const cookie = COOKIE.exec(text)?.[1]
  return cookie === undefined ? undefined : JSON.parse(cookie)
}

/**
 * The text with another expiry in its cookie; `undefined` when the cookie has none, or when that needs parsing. `expected` is where it
 * usually is.
 */
export function withExpires(text: string, date: Date, expected: number): string | undefined {
  const at = text.startsWith(EXPIRES, expected) ? expected : expiryIn(text)
  if (at < 0) return undefined
  const start = at + EXPIRES.length
  return joined(text.slice(0, start), isoText(date), text.slice(text.indexOf('"', start)))
}

function expiryIn(text: string): number {
  return COOKIE.exec(text)?.[0].indexOf(EXPIRES) ?? -1
}

/** Run `work`. In it, `stringify(session)` reuses `content`, so only the session's cookie may change. */
export function withContent<T>(session: object, content: string, work: () => T): T {
  known = { session, content }
  try {
    return work()
  } finally {
    known = undefined
  }
}

/** `JSON.stringify(session)`, which reuses the content given to `withContent`. A lifespan comes first. */
export function stringify(session: object): string {
  const { cookie } = session as { cookie?: object }
  const lifespan = lifespanText(session)
  if (known?.session !== session || !cookie || 'toJSON' in session) {
    return JSON.stringify(lifespan === undefined ? session : withLifespan(plain(session), lifespan))
  }
  const device = deviceOf(session)
  const bound = device === undefined ? '' : `,"${DEVICE}":${JSON.stringify(device)}`
  const rest = known.content === '{}' ? '}' : `,${known.content.slice(1)}`
  const start = lifespan === undefined ? '{"cookie":' : `{"${LIFESPAN}":"${lifespan}","cookie":`
  return joined(start, cookieJson(cookie), bound, rest)
}

function plain(session: { toJSON?: () => object }): object {
  return { ...(typeof session.toJSON === 'function' ? session.toJSON() : session), [LIFESPAN]: undefined }
}

/** One flat text. V8 makes a long `+` a reference to its parts, and they would stay in memory until the text is read. */
function joined(...parts: string[]): string {
  return parts.join('')
}
