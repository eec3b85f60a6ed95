import { afterAll, describe, inject } from 'vitest'
import { conforms, ON_TIME } from '../../session/test/support/conforms.ts'
import { CONNECTIONS_OF, pglite } from './support/connections.ts'
import { postgresSubject } from './support/subject.ts'

describe.each(Object.entries(CONNECTIONS_OF))('the connections of %s', (name, connect) => {
  conforms(() => postgresSubject({ name, url: inject('postgresUrl'), connect }))
})

describe('PGlite', () => {
  const { connect, close } = pglite()
  afterAll(close)
  // It runs in this process, and keeps it busy; no other connection could lock a row.
  const unverified = [ON_TIME, 'REN-08']
  conforms(() => postgresSubject({ name: 'PGlite', url: '', connect }), { unverified, concurrency: 2 })
})
