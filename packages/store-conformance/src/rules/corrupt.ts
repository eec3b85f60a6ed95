import { family, type Rule } from '../rule.ts'

export const corrupt: readonly Rule[] = family('corrupt rows', [])
