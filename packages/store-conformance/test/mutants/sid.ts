import type { Mutant } from './mutant.ts'

export const sidMutants: readonly Mutant[] = []
