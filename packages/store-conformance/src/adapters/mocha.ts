import type { SubjectLike } from '../subject/subject.ts'
import { type ConformanceOptions, register, TEST_TIMEOUT } from './adapter.ts'

export type { ConformanceOptions }

/** The parts of mocha's globals and context that are used. */
interface Mocha {
  describe(name: string, body: () => void): void
  it(name: string, body: (this: { timeout(ms: number): void; skip(): void }) => Promise<void>): void
}

/** Registers the conformance suite with mocha: one test per rule. Unchecked rules are pending. */
export function conformance(subject: SubjectLike | string | URL, options: ConformanceOptions = {}): void {
  const { describe, it } = globalThis as unknown as Mocha
  if (typeof describe !== 'function' || typeof it !== 'function') {
    throw new TypeError(
      'conformance() of @coatcheck/store-conformance/mocha is to be called in a test file that mocha runs',
    )
  }
  register(
    {
      describe,
      test: (name, body) =>
        it(name, function () {
          this.timeout(TEST_TIMEOUT)
          return body(() => this.skip())
        }),
    },
    subject,
    options,
  )
}
