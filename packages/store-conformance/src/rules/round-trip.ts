import { family, type Rule } from '../rule.ts'

export const roundTrip: readonly Rule[] = family('round trip', [])
