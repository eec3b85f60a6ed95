import type { Mutant } from './mutant.ts'

export const expiryMutants: readonly Mutant[] = []
