import type { Subject } from '@coatcheck/store-conformance'
import { describe } from 'vitest'
import { conforms } from '../../../session/test/support/conforms.ts'

/** The whole suite, strictly. `unverified`: rules that nobody can look at on this subject. */
export function describeConformance(
  name: string,
  subject: () => Subject,
  unverified: readonly string[] = [],
): void {
  describe(name, () => conforms(subject, { unverified }))
}
