import type { SubjectLike } from '../subject/subject.ts'
import { type ConformanceOptions, register, TEST_TIMEOUT } from './adapter.ts'

export type { ConformanceOptions }

/** The parts of jest's globals that are used. */
interface Jest {
  describe(name: string, body: () => void): void
  test(name: string, body: () => Promise<void>, timeout: number): void
}

/**
 * Registers the conformance suite with jest: one test per rule. Jest cannot skip a test that has begun, so the test of an unchecked rule
 * prints the reason and passes. Rules that need a child process run only if the subject is given as a file.
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
    // In Jest, test files have a copy of `process`, which has no events for uncaught exceptions.
    { processRules: 'unverified', ...options },
  )
}
