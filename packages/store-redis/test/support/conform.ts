import type { Subject } from '@coatcheck/store-conformance'
import { describe } from 'vitest'
import { conforms } from '../../../session/test/support/conforms.ts'

/** The whole suite, strictly. `missing`: rules about what the subject does not have. */
export function describeConformance(
  name: string,
  subject: () => Subject,
  missing: readonly string[] = [],
): void {
  describe(name, () => conforms(subject, { unverified: [], missing }))
}
