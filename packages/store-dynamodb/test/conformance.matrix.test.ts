import { describe } from 'vitest'
import { conforms, type Expected } from '../../session/test/support/conforms.ts'
import { useDynamodb } from './support/dynamodb.ts'
import { dynamodbSubject } from './support/subject.ts'

/** Server, stores and rules share a process, so more rules side by side only make each wait longer. */
const EXPECTED: Expected = { unverified: [], concurrency: 2 }

describe('with transactions', () => {
  const place = useDynamodb()
  conforms(() => dynamodbSubject('transactions', () => place.server), EXPECTED)
})

describe('on a server without transactions', () => {
  const place = useDynamodb({ more: false })
  conforms(() => dynamodbSubject('no transactions', () => place.server), EXPECTED)
})
