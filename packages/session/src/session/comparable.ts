import { deserialize, serialize } from 'node:v8'
import type { Codec } from './codec.ts'

/** Structured clones as text: the same data gives the same text. */
const structured: Codec = {
  stringify: data => serialize(data).toString('base64'),
  parse: text => deserialize(Buffer.from(text, 'base64')),
}

/**
 * A codec whose texts can be compared: `codec` itself, as long as it gives the same text for the same data. One that encrypts gives
 * another text each time, so sessions are compared as structured clones then (HTML standard, section 2.7), which keep Map, Date and BigInt.
 */
export function comparable(codec: Codec): Codec {
  if (codec === JSON) return JSON
  try {
    const [once, again] = [0, 0].map(() => codec.stringify({ cookie: {}, key: 'value' }))
    return once === again ? codec : structured
  } catch {
    return structured
  }
}
