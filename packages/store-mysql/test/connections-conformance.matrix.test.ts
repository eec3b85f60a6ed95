import { describe, inject } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { CONNECTIONS_OF } from './support/connections.ts'
import { mysqlSubject } from './support/subject.ts'

describe.each(Object.entries(CONNECTIONS_OF))('the connections of %s', (name, connect) => {
  conforms(() => mysqlSubject({ name, url: inject('mysqlUrl'), connect }))
})
