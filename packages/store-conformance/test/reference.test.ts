import session from 'express-session'
import { describe, expect, test } from 'vitest'
import { type Report, runConformance } from '../src/index.ts'
import { moduleFor, typescript } from './mutants/execute.ts'
import { ReferenceStore } from './mutants/reference.ts'
import { subjectOf } from './mutants/reference-subject.ts'

function notPassed(report: Report): string[] {
  const fine = ['pass', 'not-applicable', 'unverified']
  return report.rules
    .filter(rule => !fine.includes(rule.verdict))
    .map(rule => `${rule.id} ${rule.verdict}: ${rule.message}`)
}

describe('a sound store', () => {
  test('the reference keeps every rule', async () => {
    const report = await runConformance(subjectOf(ReferenceStore), { module: moduleFor(), ...typescript })
    expect(notPassed(report)).toEqual([])
    expect(report.rules.filter(rule => rule.verdict !== 'pass')).toEqual([])
    expect(report).toMatchObject({ conforms: true, stray: [], smoke: { ok: true } })
  })

  test('the reference keeps every rule when it exists in memory only', async () => {
    const report = await runConformance(subjectOf(ReferenceStore))
    expect(notPassed(report)).toEqual([])
  })

  test('the MemoryStore of express-session keeps every MUST', async () => {
    const report = await runConformance(() => new session.MemoryStore())
    expect(report.subject.name).toBe('MemoryStore')
    expect(notPassed(report).filter(line => / (fail|error): /.test(line))).toEqual([])
    expect(report.conforms).toBe(true)
  })
})
