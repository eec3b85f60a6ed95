import type { SubjectLike } from '../subject/subject.ts'
import { type ConformanceOptions, register, TEST_TIMEOUT } from './adapter.ts'

export type { ConformanceOptions }

/** The parts of jest's globals that are used. */
interface Jest {
  describe(name: string, body: () => void): void
  test(name: string, body: () => Promise<void>, timeout: number): void
}

/**
 * Registers the conformance suite with jest: one test per rule. Jest cannot skip a test that has begun: what was not checked is
 * printed, and its test ends without a verdict. Rules that need a process of their own run only for a subject given as a file.
 */
export function conformance(subject: SubjectLike | string | URL, options: ConformanceOptions = {}): void {
  const { describe, test } = globalThis as unknown as Jest
  if (typeof describe !== 'function' || typeof test !== 'function') {
    throw new TypeError(
      'conformance() of @coatcheck/store-conformance/jest is to be called in a test file that jest runs',
    )
  }
  register(
    {
      describe,
      test: (name, body) =>
        test(name, () => body(reason => console.info(`${name}: ${reason}`)), TEST_TIMEOUT),
    },
    subject,
    // Jest gives its files a copy of `process`, on which nobody hears of what nobody caught.
    { processRules: 'unverified', ...options },
  )
}
