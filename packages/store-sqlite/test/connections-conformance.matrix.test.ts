import { describe } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { asyncSubject } from './support/async-subject.ts'
import { CONNECTIONS_OF } from './support/connections.ts'

describe.each(Object.entries(CONNECTIONS_OF))('the connections of %s', (name, connect) => {
  conforms(() => asyncSubject(name, connect))
})
