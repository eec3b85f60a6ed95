// DynamoDB's strings are UTF-8, and a key is not empty. A text that does not survive this is stored as a JSON string after a character
// with which no JSON text and no usual session id begins.

/** Keys of the store that are not sessions begin with this character and a letter. */
export const MARK = '\u0001'

/** Any string as one that DynamoDB accepts. Different strings stay different. Most strings stay unchanged. */
export function toText(text: string): string {
  if (typeof text !== 'string') throw new TypeError('The id of a session must be a string')
  const odd = text === '' || text.startsWith(MARK) || /\p{Surrogate}/u.test(text)
  return odd ? MARK + JSON.stringify(text) : text
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
