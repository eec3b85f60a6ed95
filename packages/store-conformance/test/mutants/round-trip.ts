import type { Mutant } from './mutant.ts'

export const roundTripMutants: readonly Mutant[] = []
