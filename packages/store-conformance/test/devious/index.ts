import { cookies } from './cookies.ts'
import type { Devious } from './devious.ts'
import { later } from './later.ts'
import { lists } from './lists.ts'
import { number } from './number.ts'
import { repetition } from './repetition.ts'
import { sids } from './sids.ts'
import { size } from './size.ts'
import { texts } from './texts.ts'
import { time } from './time.ts'
import { together } from './together.ts'
import { values } from './values.ts'

/** Broken stores that rules were added or sharpened for. */
export const newer: readonly Devious[] = [...texts, ...cookies, ...lists, ...sids, ...later, ...together]

/** Broken stores that hide at the far end of an axis. None of them was made for a rule. */
export const deviousStores: readonly Devious[] = [
  ...number,
  ...size,
  ...values,
  ...time,
  ...repetition,
  ...newer,
]
