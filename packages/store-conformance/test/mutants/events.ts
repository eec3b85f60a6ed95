import type { Mutant } from './mutant.ts'

export const eventsMutants: readonly Mutant[] = []
