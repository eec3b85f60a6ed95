import { NOT_UTF8 } from './text.ts'

/** MySQL refuses longer names. */
const LONGEST = 64

/** Names cannot contain characters outside of the Basic Multilingual Plane, and cannot end with a space. */
const IMPOSSIBLE = /[\u{10000}-\u{10ffff}]| $/u

/** The name in backticks, which allows any characters. Throws a TypeError that names the option when MySQL does not allow the name. */
export function quoted(option: string, name: unknown): string {
  if (typeof name !== 'string' || name === '' || NOT_UTF8.test(name) || IMPOSSIBLE.test(name)) {
    throw new TypeError(`The option "${option}" must be a name that MySQL allows`)
  }
  if (name.length > LONGEST) {
    throw new TypeError(`The option "${option}" must be a name of at most ${LONGEST} characters`)
  }
  return `\`${name.replaceAll('`', '``')}\``
}
