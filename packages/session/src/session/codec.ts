import { SessionError } from '../errors.ts'
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
    throw new SessionError('ERR_SESSION_SERIALIZE', `The session cannot be serialized: ${summary(cause)}`, {
      cause,
    })
  }
  if (typeof text !== 'string') {
    throw new SessionError(
      'ERR_SESSION_SERIALIZE',
      'The session cannot be serialized: the codec gave no text',
    )
  }
  return text
}

/** The session in `text`. Throws `ERR_SESSION_CORRUPT` when it is no JSON or no session. */
export function decode(codec: Codec, text: string): DecodedSession {
  let session: unknown
  try {
    session = codec.parse(text)
  } catch {
    // The parser's message quotes the text: it is session data and stays here.
    throw new SessionError('ERR_SESSION_CORRUPT', 'The stored session cannot be decoded')
  }
  if (!isSession(session)) {
    throw new SessionError('ERR_SESSION_CORRUPT', 'The stored data is no session: it has no cookie')
  }
  return session
}

/** A session as plain data. */
export interface DecodedSession {
  cookie: { expires?: string | Date | null; originalMaxAge?: number | null }
  [key: string]: unknown
}

function isSession(value: unknown): value is DecodedSession {
  const cookie = (value as { cookie?: unknown } | null)?.cookie
  return typeof value === 'object' && !Array.isArray(value) && typeof cookie === 'object' && cookie !== null
}

/** The first line of V8's message names the kind of problem; the lines after it name the user's keys. */
function summary(cause: unknown): string {
  return cause instanceof TypeError ? (cause.message.split('\n', 1)[0] ?? '') : 'its toJSON threw'
}
