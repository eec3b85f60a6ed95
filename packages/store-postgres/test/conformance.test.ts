import { type PgBouncerServer, startPostgres } from '@coatcheck/store-conformance/containers'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { conforms, ON_TIME } from '../../session/test/support/conforms.ts'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { postgresSubject } from './support/subject.ts'

/** Rows that cannot be parsed: a column of type json does not take them. */
const UNPARSABLE: string[] = ['COR-01', 'COR-02', 'COR-03', 'SEC-02']

describe('on a Pool', () => conforms(() => postgresSubject({ name: 'Pool', url: inject('postgresUrl') })))

if (inMatrix) {
  describe('on a single Client', () => {
    conforms(() => postgresSubject({ name: 'Client', url: inject('postgresUrl'), single: true }))
  })

  describe("on connect-pg-simple's table", () => {
    const subject = () =>
      postgresSubject({ name: 'table', url: inject('postgresUrl'), layout: 'connect-pg-simple' })
    conforms(subject, { unverified: [ON_TIME, ...UNPARSABLE] })
  })
}

describe('through PgBouncer', () => {
  let server: PgBouncerServer
  beforeAll(async () => {
    server = await startPostgres({ pgbouncer: true })
  })
  afterAll(() => server.stop())

  describe("on connect-pg-simple's table", () => {
    const subject = () =>
      postgresSubject({
        name: 'table through PgBouncer',
        url: server.pgbouncer.url,
        prepare: false,
        layout: 'connect-pg-simple',
      })
    conforms(subject, { unverified: [ON_TIME, ...UNPARSABLE] })
  })

  if (inMatrix) {
    describe('on our own table', () => {
      conforms(() => postgresSubject({ name: 'PgBouncer', url: server.pgbouncer.url, prepare: false }))
    })
  }
})
