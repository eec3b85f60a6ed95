/** The first character of a text that is kept as its UTF-8 bytes, with one character for each byte. */
const UTF8 = '\0'
/** The first character of a text that is kept as it is, with two bytes a character. */
const WIDE = '\x01'

const LATIN1 = /^[\0-\xff]*$/
const LONE_SURROGATE = /\p{Surrogate}/u

/** Bytes of a string besides its characters: V8's header, and rounding up to words. */
const HEADER = 20
/** Bytes of a session besides its two strings, in the arrays and the map. Measured with `test/heap/main.mjs`. */
const ENTRY = 112

/**
 * The form in which a text takes the least memory. V8 stores one byte for each character of a string if all of them are Latin-1, and
 * otherwise two. A text with other characters is kept as a Latin-1 string of its UTF-8 bytes. The result is always a copy, because a
 * slice keeps the whole of a longer string in memory.
 */
export function pack(text: string): string {
  const marked = text.startsWith(UTF8) || text.startsWith(WIDE)
  if (!marked && LATIN1.test(text)) return copy(text, 'latin1')
  if (!LONE_SURROGATE.test(text) && Buffer.byteLength(text) < 2 * text.length) {
    return Buffer.from(UTF8 + text, 'utf8').toString('latin1')
  }
  return copy(WIDE + text, 'utf16le')
}

/** The text that `pack` was given. */
export function unpack(packed: string): string {
  if (packed.startsWith(UTF8)) return Buffer.from(packed, 'latin1').toString('utf8', 1)
  return packed.startsWith(WIDE) ? packed.slice(1) : packed
}

/** A copy of an id. The id may be a slice of a request's headers, which it would keep in memory. */
export function copyId(sid: string): string {
  return copy(sid, LATIN1.test(sid) ? 'latin1' : 'utf16le')
}

/** About how many bytes of the heap a session takes. */
export function costOf(sid: string, packed: string): number {
  const id = sid.length * (LATIN1.test(sid) ? 1 : 2)
  const text = packed.length * (packed.startsWith(WIDE) ? 2 : 1)
  return ENTRY + HEADER + id + HEADER + text
}

function copy(text: string, encoding: 'latin1' | 'utf16le'): string {
  return Buffer.from(text, encoding).toString(encoding)
}
