import { family, type Rule } from '../rule.ts'

export const faults: readonly Rule[] = family('backend faults', [])
