import { deserialize, serialize } from 'node:v8'
import { bareCookie, type Codec } from './codec.ts'

/** Structured clones as text: the same data gives the same text. */
const structured: Codec = {
  stringify: data => serialize(data).toString('base64'),
  parse: text => deserialize(Buffer.from(text, 'base64')),
}

/**
 * Makes texts of data without its cookie, which can be compared: by `codec` itself, as long as it gives the same text for the same data.
 * One that encrypts gives another text each time, so sessions are compared as structured clones then (HTML standard, section 2.7), which
 * keep Map, Date and BigInt.
 */
export function comparable(codec: Codec): Codec {
  if (codec === JSON) return JSON
  const whole = withCookie(codec)
  try {
    const [once, again] = [0, 0].map(() => whole.stringify({ key: 'value' }))
    return once === again ? whole : structured
  } catch {
    return structured
  }
}

/** A codec may count on a cookie in each session that it is given. */
function withCookie(codec: Codec): Codec {
  return {
    stringify: data => codec.stringify({ cookie: bareCookie(), ...data }),
    parse(text) {
      const { cookie: _, ...data } = codec.parse(text) as { cookie?: unknown }
      return data
    },
  }
}
