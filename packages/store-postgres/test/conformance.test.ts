import { type PgBouncerServer, startPostgres } from '@coatcheck/store-conformance/containers'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { conforms, ON_TIME, UNPARSABLE } from './support/conforms.ts'
import type { Kind } from './support/subject.ts'

describe('on a Pool', () => conforms(() => ({ name: 'Pool', url: inject('postgresUrl') })))

describe('on a single Client', () => {
  conforms(() => ({ name: 'Client', url: inject('postgresUrl'), single: true }))
})

describe("on connect-pg-simple's table", () => {
  const kindOf = (): Kind => ({ name: 'table', url: inject('postgresUrl'), layout: 'connect-pg-simple' })
  conforms(kindOf, [ON_TIME, ...UNPARSABLE])
})

describe('through PgBouncer', () => {
  let server: PgBouncerServer
  beforeAll(async () => {
    server = await startPostgres({ pgbouncer: true })
  })
  afterAll(() => server.stop())

  conforms(() => ({ name: 'PgBouncer', url: server.pgbouncer.url, prepare: false }))
})
