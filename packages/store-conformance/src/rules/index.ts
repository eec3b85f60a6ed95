import { UsageError } from '../errors.ts'
import { formatRule } from '../reports/failure.ts'
import { aliasing } from './aliasing.ts'
import { api } from './api.ts'
import { concurrency } from './concurrency.ts'
import { conditional } from './conditional.ts'
import { corrupt } from './corrupt.ts'
import { destroy } from './destroy.ts'
import { events } from './events.ts'
import { exchanges } from './exchanges.ts'
import { expiry } from './expiry.ts'
import { faults } from './faults.ts'
import { insert } from './insert.ts'
import { life } from './life.ts'
import { listing } from './listing.ts'
import { model } from './model.ts'
import { namespace } from './namespace.ts'
import { owners } from './owners.ts'
import { renewals } from './renewals.ts'
import { roundTrip } from './round-trip.ts'
import type { Rule } from './rule.ts'
import { security } from './security.ts'
import { sid } from './sid.ts'
import { touch } from './touch.ts'

/** Every rule of the contract, in the order of reports. */
export const rules: readonly Rule[] = [
  ...api,
  ...roundTrip,
  ...aliasing,
  ...sid,
  ...expiry,
  ...touch,
  ...destroy,
  ...concurrency,
  ...listing,
  ...namespace,
  ...faults,
  ...corrupt,
  ...events,
  ...security,
  // Last in the child process, because a close() that ends a shared client would break the other rules.
  ...life,
  ...conditional,
  ...insert,
  ...renewals,
  ...exchanges,
  ...owners,
  ...model,
]

/** The explanation of one rule, as text for a terminal. */
export function explain(id: string): string {
  const rule = rules.find(candidate => candidate.id === id.toUpperCase())
  if (!rule) throw new UsageError(`There is no rule ${JSON.stringify(id)}.`)
  return formatRule(rule)
}
