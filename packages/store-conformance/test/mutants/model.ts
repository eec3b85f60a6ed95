import type { Mutant } from './mutant.ts'

export const modelMutants: readonly Mutant[] = []
