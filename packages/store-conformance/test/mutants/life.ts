import type { Mutant } from './mutant.ts'

export const lifeMutants: readonly Mutant[] = []
