import { family, type Rule } from '../rule.ts'

export const model: readonly Rule[] = family('model', [])
