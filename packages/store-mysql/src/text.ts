// MySQL's texts are UTF-8, and most collations take texts that differ in spaces at their end for the same. What cannot be written
// that way is kept as a JSON string behind a character that no JSON text and no usual session id begins with. So is a text that begins
// with a byte order mark, which some clients drop.

const MARK = '\u0001'

/** NUL, and halves of a character of UTF-16. */
export const NOT_UTF8: RegExp = /[\0\p{Surrogate}]/u

const BYTE_ORDER_MARK = '\ufeff'

/** Any string as a text that MySQL takes; two that differ stay two. Nearly all stay as they are. */
export function toText(text: string): string {
  if (typeof text !== 'string') throw new TypeError('A session id must be a string')
  return isOdd(text) ? MARK + JSON.stringify(text) : text
}

function isOdd(text: string): boolean {
  return (
    text.endsWith(' ') || text.startsWith(MARK) || text.startsWith(BYTE_ORDER_MARK) || NOT_UTF8.test(text)
  )
}

/** The string that `toText` was given. */
export function fromText(text: string): string {
  if (!text.startsWith(MARK)) return text
  try {
    return JSON.parse(text.slice(1)) as string
  } catch {
    // Not of our making.
    return text
  }
}
