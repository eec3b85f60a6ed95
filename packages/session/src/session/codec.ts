import { SessionError } from '../errors.ts'
import { noteBare } from './loaded.ts'
import { stringify } from './serialized.ts'

/** Turns session data into text and back. `JSON` is one. */
export interface Codec {
  stringify(session: object): string
  parse(text: string): unknown
}

/** The text of `session`. Throws `ERR_SESSION_SERIALIZE`, with no data in its message. */
export function encode(codec: Codec, session: object): string {
  let text: unknown
  try {
    text = codec === JSON ? stringify(session) : codec.stringify(session)
  } catch (cause) {
    throw new SessionError(
      'ERR_SESSION_SERIALIZE',
      `The session cannot be serialized: ${summary(codec, cause)}`,
      {
        cause,
      },
    )
  }
  if (typeof text !== 'string') {
    throw new SessionError(
      'ERR_SESSION_SERIALIZE',
      'The session cannot be serialized: the codec returned no string',
    )
  }
  return text
}

/**
 * The session in `text`. Other packages write sessions without a cookie: those get one without an expiry. Throws
 * `ERR_SESSION_CORRUPT` when the text cannot be decoded, or is not an object.
 */
export function decode(codec: Codec, text: string): DecodedSession {
  let session: unknown
  try {
    session = codec.parse(text)
  } catch {
    // The parser's message quotes the text. That is session data, so the message is dropped.
    throw new SessionError('ERR_SESSION_CORRUPT', 'The stored session cannot be decoded')
  }
  if (typeof session !== 'object' || session === null || Array.isArray(session)) {
    throw new SessionError('ERR_SESSION_CORRUPT', 'The stored session is not an object')
  }
  const { cookie } = session as { cookie?: unknown }
  if (cookie === undefined || cookie === null) return noteBare({ ...session, cookie: bareCookie() })
  if (typeof cookie === 'object') return session as DecodedSession
  throw new SessionError('ERR_SESSION_CORRUPT', 'The cookie of the stored session is not an object')
}

/** A session as plain data. */
export interface DecodedSession {
  cookie: { expires?: string | Date | null; originalMaxAge?: number | null }
  [key: string]: unknown
}

/** The cookie of a session that was stored without one: it ends with the browser. */
export function bareCookie(): { originalMaxAge: null; expires: null } {
  return { originalMaxAge: null, expires: null }
}

/** Only the first line of V8's message: it names the kind of problem. The other lines name keys of the data. */
function summary(codec: Codec, cause: unknown): string {
  if (codec !== JSON) return 'its codec threw'
  return cause instanceof TypeError ? (cause.message.split('\n', 1)[0] ?? '') : 'its toJSON threw'
}
