import { family, type Rule } from '../rule.ts'

export const security: readonly Rule[] = family('security', [])
