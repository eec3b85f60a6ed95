import * as fc from 'fast-check'
import type { Recorder } from '../calls/recorder.ts'
import { Failure, TooSlow, textOf, Unverified } from '../errors.ts'
import { show } from '../values/show.ts'

/** A property of `fc.asyncProperty`. */
export type Property<Ts extends unknown[]> = fc.IAsyncProperty<Ts>

export interface PropertyOptions {
  /** Default: 100. */
  numRuns?: number
  /** Default: the seed of the rule. */
  seed?: number
  /** Milliseconds after which no further run begins. Default: 10 000. */
  timeLimitMs?: number
}

/** Runs a property, and turns its shrunk counterexample into a failure. `recorder` then has the calls of the counterexample. */
export async function checkProperty<Ts extends unknown[]>(
  property: Property<Ts>,
  options: PropertyOptions,
  recorder: Recorder,
): Promise<void> {
  const { numRuns = 100, seed, timeLimitMs = 10_000 } = options
  const details = await fc.check(property, {
    numRuns,
    ...(seed === undefined ? {} : { seed: seed | 0 }),
    interruptAfterTimeLimit: timeLimitMs,
    markInterruptAsFailure: false,
  })
  if (!details.failed) return
  const error = details.errorInstance
  // The time limit was over before a run had ended.
  if (error === null || error === undefined) throw new TooSlow('the store is too slow for a single run')
  if (error instanceof Unverified) throw error
  if (!(error instanceof Failure)) throw error instanceof Error ? error : new Error(textOf(error))
  recorder.clear()
  if (details.counterexample) await property.run(details.counterexample)
  const sample = details.counterexample?.map(value => show(value)).join(', ') ?? ''
  throw new Failure(
    `${error.message}; counterexample ${sample} (seed ${details.seed}, path ${details.counterexamplePath ?? '-'})`,
  )
}
