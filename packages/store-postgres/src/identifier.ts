import { NOT_UTF8 } from './text.ts'

/** PostgreSQL cuts longer names off, so that two of them could become one. */
const LONGEST = 63

/** The name in quotes, so that any will do. Throws a TypeError that names the option when PostgreSQL cannot have such a name. */
export function quoted(option: string, name: unknown): string {
  if (typeof name !== 'string' || name === '' || NOT_UTF8.test(name)) {
    throw new TypeError(`The option "${option}" must be a name that PostgreSQL can have`)
  }
  if (Buffer.byteLength(name) > LONGEST) {
    throw new TypeError(`The option "${option}" must be a name of at most ${LONGEST} bytes`)
  }
  return `"${name.replaceAll('"', '""')}"`
}
