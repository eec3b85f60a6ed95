import { family, type Rule } from '../rule.ts'

export const events: readonly Rule[] = family('events', [])
