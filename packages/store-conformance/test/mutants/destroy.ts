import type { Mutant } from './mutant.ts'

export const destroyMutants: readonly Mutant[] = []
