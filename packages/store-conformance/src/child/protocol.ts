import type { RuleResult } from '../reports/report.ts'
import type { SubjectModule } from '../subject/load.ts'
import type { Need } from '../subject/needs.ts'
import type { Measured } from '../trial/setting.ts'

/** The first message to the child. */
export interface Assignment {
  readonly module: SubjectModule
  readonly rules: readonly string[]
  readonly offered: readonly Need[]
  readonly learned: readonly string[]
  readonly run: string
  readonly seed: string
  readonly granularityMs: number | undefined
  readonly measured: Measured | undefined
}

/** Messages of the child. */
export type News =
  | { readonly type: 'ready' }
  | { readonly type: 'unloadable'; readonly message: string }
  | { readonly type: 'start'; readonly id: string }
  | { readonly type: 'result'; readonly result: RuleResult }
  | { readonly type: 'stray'; readonly message: string }
  | { readonly type: 'done' }
