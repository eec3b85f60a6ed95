import type { Pulse } from '../calls/pulse.ts'
import type { Need } from '../subject/needs.ts'
import type { Subject } from '../subject/subject.ts'

/** Measurements of the store before the rules. */
export interface Measured {
  /** Milliseconds that a read takes. */
  readonly latencyMs: number
  /** Whether a first call was answered. Each store gets one, so that it is connected when the rule begins. */
  readonly warm: boolean
  /** Whether each store has its own connection, which close() ends. */
  readonly closes: boolean
  /** Whether clear() of one store empties the others as well. */
  readonly clearsAll: boolean
}

/** The subject, and what is known about it before the rules. */
export interface Setting {
  readonly subject: Subject
  readonly offered: ReadonlySet<Need>
  /** Fields that the store adds to every session. All rules but RT-21 ignore them. */
  readonly learned: readonly string[]
  /** Part of every namespace of this run. */
  readonly run: string
  readonly seed: string
  /** Default: an answer takes almost no time, and stores need neither a first call nor a close(). */
  readonly measured?: Measured
  /** Shared by the rules of a run. Default: each rule has its own. */
  readonly pulse?: Pulse
  /** Called with uncaught errors that came too late to fail their rule. */
  readonly onStray?: (message: string) => void
}
