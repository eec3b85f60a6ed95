import type { Mutant } from './mutant.ts'

export const corruptMutants: readonly Mutant[] = []
