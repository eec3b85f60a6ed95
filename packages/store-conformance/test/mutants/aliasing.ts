import type { Mutant } from './mutant.ts'

export const aliasingMutants: readonly Mutant[] = []
