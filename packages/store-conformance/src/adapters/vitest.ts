import { describe, test } from 'vitest'
import type { SubjectLike } from '../subject/subject.ts'
import { type ConformanceOptions, register, TEST_TIMEOUT } from './adapter.ts'

export type { ConformanceOptions }

/** Registers the conformance suite with vitest: one test per rule. Unchecked rules are skipped. */
export function conformance(subject: SubjectLike | string | URL, options: ConformanceOptions = {}): void {
  register(
    {
      describe: (name, body) => void describe(name, body),
      test: (name, body) =>
        test(name, { timeout: TEST_TIMEOUT }, context => body(reason => context.skip(reason))),
    },
    subject,
    options,
  )
}
