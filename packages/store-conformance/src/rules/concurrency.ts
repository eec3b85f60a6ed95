import { family, type Rule } from '../rule.ts'

export const concurrency: readonly Rule[] = family('concurrency', [])
