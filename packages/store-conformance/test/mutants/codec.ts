import { type Mutant, mutant } from './mutant.ts'
import type { Data } from './reference.ts'

/** A store that changes each value while it serialises. */
export function writing(
  name: string,
  rule: string,
  message: RegExp,
  change: (value: Data, key: string) => unknown,
): Mutant {
  return mutant(name, rule, message, Base => {
    return class extends Base {
      override serialize(session: Data) {
        return JSON.stringify(session, (key, value) => (key === 'cookie' ? value : change(value, key)))
      }
    }
  })
}

/** A store that changes each value while it parses. */
export function reading(
  name: string,
  rule: string,
  message: RegExp,
  change: (value: Data, key: string) => unknown,
): Mutant {
  return mutant(name, rule, message, Base => {
    return class extends Base {
      override parse(text: string) {
        return JSON.parse(text, (key, value) => (key === 'cookie' ? value : change(value, key)))
      }
    }
  })
}

/** A store whose database keeps other text than it was given. */
export function recoding(
  name: string,
  rule: string,
  message: RegExp,
  change: (text: string) => string,
): Mutant {
  return mutant(name, rule, message, Base => {
    return class extends Base {
      override serialize(session: Data) {
        return change(JSON.stringify(session))
      }
    }
  })
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object without those fields for which `drop` is true. */
export const without = (value: unknown, drop: (value: unknown, key: string) => boolean): unknown =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([key, inner]) => !drop(inner, key)))
    : value
