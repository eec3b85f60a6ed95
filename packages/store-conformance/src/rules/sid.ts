import { family, type Rule } from '../rule.ts'

export const sid: readonly Rule[] = family('session ids', [])
