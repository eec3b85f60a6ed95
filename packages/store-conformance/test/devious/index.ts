import type { Devious } from './devious.ts'
import { number } from './number.ts'
import { repetition } from './repetition.ts'
import { size } from './size.ts'
import { time } from './time.ts'
import { values } from './values.ts'

/** Broken stores that hide at the far end of an axis. None of them was made for a rule. */
export const deviousStores: readonly Devious[] = [...number, ...size, ...values, ...time, ...repetition]
