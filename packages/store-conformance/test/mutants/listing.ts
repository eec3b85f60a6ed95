import type { Mutant } from './mutant.ts'

export const listingMutants: readonly Mutant[] = []
