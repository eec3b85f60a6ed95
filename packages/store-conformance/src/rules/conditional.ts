import { family, type Rule } from '../rule.ts'

export const conditional: readonly Rule[] = family('conditional saving', [])
