import { family, type Rule } from '../rule.ts'

export const listing: readonly Rule[] = family('all, length and clear', [])
