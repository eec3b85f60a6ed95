import { NOT_UTF8 } from './text.ts'

/** PostgreSQL truncates longer names, so two of them could become the same name. */
const LONGEST = 63

/** The name in quotes, which allows any characters. Throws a TypeError that names the option when PostgreSQL does not allow the name. */
export function quoted(option: string, name: unknown): string {
  if (typeof name !== 'string' || name === '' || NOT_UTF8.test(name)) {
    throw new TypeError(`The option "${option}" must be a name that PostgreSQL allows`)
  }
  if (Buffer.byteLength(name) > LONGEST) {
    throw new TypeError(`The option "${option}" must be a name of at most ${LONGEST} bytes`)
  }
  return `"${name.replaceAll('"', '""')}"`
}
