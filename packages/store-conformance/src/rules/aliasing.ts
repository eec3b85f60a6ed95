import { family, type Rule } from '../rule.ts'

export const aliasing: readonly Rule[] = family('aliasing', [])
