import { deserialize, serialize } from 'node:v8'
import { bareCookie, type Codec } from './codec.ts'

/** Structured clones as text: the same data gives the same text. */
const structured: Codec = {
  stringify: data => serialize(data).toString('base64'),
  parse: text => deserialize(Buffer.from(text, 'base64')),
}

/**
 * Makes comparable texts of data without its cookie: the same data gives the same text. Most codecs do that themselves. One that
 * encrypts gives another text each time. Then sessions are compared as structured clones (HTML standard, section 2.7), which keep Map,
 * Date and BigInt.
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

/** Adds a cookie to the data, because a codec may rely on one in each session. */
function withCookie(codec: Codec): Codec {
  return {
    stringify: data => codec.stringify({ cookie: bareCookie(), ...data }),
    parse(text) {
      const { cookie: _, ...data } = codec.parse(text) as { cookie?: unknown }
      return data
    },
  }
}
