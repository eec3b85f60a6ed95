import { formatFailure, type Report, rules, runConformance } from '@coatcheck/store-conformance'
import { type PgBouncerServer, startPostgres } from '@coatcheck/store-conformance/containers'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Kind, postgresSubject } from './support/subject.ts'

function idsOf(report: Report, ...verdicts: string[]): string[] {
  return report.rules.filter(rule => verdicts.includes(rule.verdict)).map(rule => rule.id)
}

/** An answer in time from a server that hangs: the client of the app decides on that. */
const ON_TIME = 'ERR-12'
/** Rows that cannot be parsed: a column of type json does not take them. */
const UNPARSABLE = ['COR-01', 'COR-02', 'COR-03', 'SEC-02']

/** The run of the suite on stores of this kind, and what it found. */
function conforms(kindOf: () => Kind, unverified = [ON_TIME]): void {
  let report: Report
  beforeAll(async () => {
    report = await runConformance(postgresSubject(kindOf()))
  }, 240_000)

  it('conformance: every rule is kept, those that a store SHOULD keep too', () => {
    const broken = report.rules.filter(rule => /^(fail|warn|flaky|error)$/.test(rule.verdict))
    const texts = broken.map(result => formatFailure(rules.find(({ id }) => id === result.id)!, result, ''))
    expect(texts).toEqual([])
    expect(report).toMatchObject({ conforms: true, stray: [] })
  })

  it(`conformance: what is not verified is ${unverified.join(', ')}`, () => {
    expect(idsOf(report, 'not-applicable', 'waived')).toEqual([])
    expect(idsOf(report, 'unverified')).toEqual(unverified)
  })
}

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
