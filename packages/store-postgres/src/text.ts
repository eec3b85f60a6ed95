// PostgreSQL's texts are UTF-8 without NUL. A text that cannot be written that way is stored as a JSON string after a character with
// which no JSON text and no usual session id begins. So is a text that begins with a byte order mark, because some clients drop it.

const MARK = '\u0001'

/** NUL, and halves of a character of UTF-16. */
export const NOT_UTF8: RegExp = /[\0\p{Surrogate}]/u

const BYTE_ORDER_MARK = '\ufeff'

/** Any string as a text that PostgreSQL accepts. Different strings stay different. Most strings stay unchanged. */
export function toText(text: string): string {
  if (typeof text !== 'string') throw new TypeError('A session id must be a string')
  return isOdd(text) ? MARK + JSON.stringify(text) : text
}

function isOdd(text: string): boolean {
  return text.startsWith(MARK) || text.startsWith(BYTE_ORDER_MARK) || NOT_UTF8.test(text)
}

/** The string that `toText` was given. */
export function fromText(text: string): string {
  if (!text.startsWith(MARK)) return text
  try {
    return JSON.parse(text.slice(1)) as string
  } catch {
    // This text was not made by `toText`.
    return text
  }
}

/** An array in the format of PostgreSQL, because not every client can write it. */
export function arrayOf(values: readonly (string | number | boolean | null)[]): string {
  return `{${values.map(elementOf).join(',')}}`
}

function elementOf(value: string | number | boolean | null): string {
  return typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value)
}
