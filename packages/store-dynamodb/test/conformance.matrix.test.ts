import { describe } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { useDynamodb } from './support/dynamodb.ts'
import { dynamodbSubject } from './support/subject.ts'

describe('with transactions', () => {
  const place = useDynamodb()
  conforms(() => dynamodbSubject('transactions', () => place.server), { unverified: [] })
})

describe('on a server without transactions', () => {
  const place = useDynamodb({ more: false })
  conforms(() => dynamodbSubject('no transactions', () => place.server), { unverified: [] })
})
