import { family, type Rule } from '../rule.ts'

export const life: readonly Rule[] = family('life cycle', [])
