import { describe, expect, test } from 'vitest'
import { runConformance } from '../../src/index.ts'
import { complaints } from '../support/complaints.ts'
import type { Variant } from './variant.ts'

/** The suite finds nothing wrong with these stores. */
export function describeAccepted(variants: readonly Variant[]): void {
  // A run waits most of the time, so some are side by side.
  describe.concurrent('a sound store may differ', () => {
    for (const variant of variants) {
      test(variant.name, async () => {
        const report = await runConformance(variant.subject(), variant.only ? { only: variant.only } : {})
        expect(complaints(report, variant.warns)).toEqual(variant.warns)
        expect(report).toMatchObject({ conforms: true, stray: [], smoke: { ok: true } })
      })
    }
  })
}
