import { NOT_UTF8 } from './text.ts'

/** MySQL refuses longer names. */
const LONGEST = 64

/** Characters beyond the Basic Multilingual Plane, and a space at the end, cannot be in names. */
const IMPOSSIBLE = /[\u{10000}-\u{10ffff}]| $/u

/** The name in backticks, so that any will do. Throws a TypeError that names the option when MySQL cannot have such a name. */
export function quoted(option: string, name: unknown): string {
  if (typeof name !== 'string' || name === '' || NOT_UTF8.test(name) || IMPOSSIBLE.test(name)) {
    throw new TypeError(`The option "${option}" must be a name that MySQL can have`)
  }
  if (name.length > LONGEST) {
    throw new TypeError(`The option "${option}" must be a name of at most ${LONGEST} characters`)
  }
  return `\`${name.replaceAll('`', '``')}\``
}
