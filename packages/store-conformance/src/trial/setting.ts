import type { Need } from '../subject/needs.ts'
import type { Subject } from '../subject/subject.ts'

/** What was measured of the store before the rules. */
export interface Measured {
  /** Milliseconds that a read takes. */
  readonly latencyMs: number
  /** A first call was answered: each store is given one, so that its connection stands when the rule begins. */
  readonly warm: boolean
  /** Each store has a connection of its own, which close() ends. */
  readonly closes: boolean
  /** clear() of one store empties the others as well. */
  readonly clearsAll: boolean
}

/** What was found out about the subject before the rules. */
export interface Setting {
  readonly subject: Subject
  readonly offered: ReadonlySet<Need>
  /** Fields that the store adds to every session; rules other than RT-21 look past them. */
  readonly learned: readonly string[]
  /** Part of every namespace of this run. */
  readonly run: string
  readonly seed: string
  /** Default: an answer takes no time worth mentioning, and stores need neither a first call nor an end. */
  readonly measured?: Measured
  /** Told of errors that nobody caught and that came too late to fail their rule. */
  readonly onStray?: (message: string) => void
}
