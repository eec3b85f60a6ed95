import type { Mutant } from './mutant.ts'

export const namespaceMutants: readonly Mutant[] = []
