/**
 * A session as JSON: its cookie, and the rest, which is its content. A text that this package or express-session has written has the
 * cookie first, so that the content can be taken out of it, and put into it, without reading it.
 */

/** The start of such a text, up to the end of the cookie: a flat object whose strings need no escapes. */
const COOKIE = /^\{"cookie":(\{"originalMaxAge":[^{}\\"]*(?:"[^"\\]*"[^{}\\"]*)*\})/

/** The content of a session that is being saved in this tick. */
let known: { session: object; content: string } | undefined

/**
 * The content of the session in this text; `undefined` when it would have to be parsed to tell. Escapes that JSON.stringify has no
 * need of are the sign of another writer, whose text may differ for the same content.
 */
export function contentIn(text: string): string | undefined {
  const head = COOKIE.exec(text)
  if (!head || text.includes('\\u') || text.includes('\\/')) return undefined
  const rest = text.slice(head[0].length)
  return rest === '}' ? '{}' : `{${rest.slice(1)}`
}

/** The text with another cookie; `undefined` when it would have to be parsed for that. */
export function withCookie(text: string, cookie: object): string | undefined {
  const head = COOKIE.exec(text)
  return head ? joined('{"cookie":', JSON.stringify(cookie), text.slice(head[0].length)) : undefined
}

/** The cookie in the text; `undefined` when the whole would have to be parsed for that. */
export function cookieIn(text: string): { expires?: string } | undefined {
  const cookie = COOKIE.exec(text)?.[1]
  return cookie === undefined ? undefined : JSON.parse(cookie)
}

/** What a date in a cookie stands behind. */
const EXPIRES = ',"expires":"'

/** The text with another end of its cookie; `undefined` when that names none, or the text would have to be parsed for it. */
export function withExpires(text: string, date: Date): string | undefined {
  const head = COOKIE.exec(text)?.[0]
  const at = head ? head.indexOf(EXPIRES) : -1
  if (at < 0) return undefined
  const start = at + EXPIRES.length
  return joined(text.slice(0, start), date.toISOString(), text.slice(text.indexOf('"', start)))
}

/** Let `work` find the content of `session` serialized already. Nothing but the session's cookie may change on the way. */
export function withContent<T>(session: object, content: string, work: () => T): T {
  known = { session, content }
  try {
    return work()
  } finally {
    known = undefined
  }
}

/** `JSON.stringify(session)`, without the work that was done for it before. */
export function stringify(session: object): string {
  const { cookie } = session as { cookie?: object }
  if (known?.session !== session || !cookie || 'toJSON' in session) return JSON.stringify(session)
  const rest = known.content === '{}' ? '}' : `,${known.content.slice(1)}`
  return joined('{"cookie":', JSON.stringify(cookie), rest)
}

/** One text of its own: what `+` makes of long ones keeps its parts until it is read, which a text that is stored is much later. */
function joined(...parts: string[]): string {
  return parts.join('')
}
