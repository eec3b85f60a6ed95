import { family, type Rule } from '../rule.ts'

export const destroy: readonly Rule[] = family('destroy', [])
