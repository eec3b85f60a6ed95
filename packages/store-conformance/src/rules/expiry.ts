import { family, type Rule } from '../rule.ts'

export const expiry: readonly Rule[] = family('expiry', [])
