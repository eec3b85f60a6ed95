import type { SubjectModule } from '../load.ts'
import type { RuleResult } from '../report.ts'
import type { Need } from '../rule.ts'

/** What the child is told when it starts. */
export interface Assignment {
  readonly module: SubjectModule
  readonly rules: readonly string[]
  readonly offered: readonly Need[]
  readonly learned: readonly string[]
  readonly run: string
  readonly seed: string
  readonly granularityMs: number | undefined
}

/** What the child tells. */
export type News =
  | { readonly type: 'ready' }
  | { readonly type: 'unloadable'; readonly message: string }
  | { readonly type: 'start'; readonly id: string }
  | { readonly type: 'result'; readonly result: RuleResult }
  | { readonly type: 'stray'; readonly message: string }
  | { readonly type: 'done' }
