import type { Mutant } from './mutant.ts'

export const conditionalMutants: readonly Mutant[] = []
