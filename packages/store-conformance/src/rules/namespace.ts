import { family, type Rule } from '../rule.ts'

export const namespace: readonly Rule[] = family('namespaces', [])
