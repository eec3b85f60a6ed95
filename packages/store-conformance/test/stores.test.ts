import { describe, expect, test } from 'vitest'
import { rules, runConformance } from '../src/index.ts'
import { typescript } from './mutants/execute.ts'
import { ReferenceStore } from './mutants/reference.ts'
import { subjectOf } from './mutants/reference-subject.ts'
import { complaints } from './support/complaints.ts'
import { coreOnly } from './variants/index.ts'

describe('sound stores of another build keep every rule', () => {
  for (const name of ['callback', 'file']) {
    test(`${name} store`, async () => {
      const url = new URL(`./stores/${name}-subject.ts`, import.meta.url)
      const report = await runConformance(url, typescript)
      expect(complaints(report)).toEqual([])
      expect(report).toMatchObject({ conforms: true, stray: [] })
    })
  }
})

describe('what cannot be looked at never passes', () => {
  const methods = [
    'touch',
    'all',
    'length',
    'clear',
    'close',
    'entries',
    'prune',
    'conditional',
    'exchange',
    'insert',
    'owners',
    'recordStore',
    'renewal',
  ]
  const hooks = ['chaos', 'down', 'hang', 'putRaw', 'rows', 'sweep', 'age', 'lock', 'deadline']

  test('without the method not applicable, without the hook unverified', async () => {
    const { create } = coreOnly.subject()
    const bare = { create: (context: Parameters<typeof create>[0]) => create({ ...context, chaos: c => c }) }
    const report = await runConformance(bare)
    const verdicts = new Map(report.rules.map(rule => [rule.id, rule.verdict]))
    const expected = rules.flatMap(({ id, needs }): [string, string][] => {
      if (needs.some(need => methods.includes(need))) return [[id, 'not-applicable']]
      return needs.some(need => hooks.includes(need)) ? [[id, 'unverified']] : []
    })
    expect(expected.length).toBeGreaterThan(60)
    expect(expected.filter(([id, verdict]) => verdicts.get(id) !== verdict)).toEqual([])
    expect(complaints(report)).toEqual([])
  })

  test('with a hook that throws unverified, and the text says so', async () => {
    const broken = () => {
      throw new Error('invalid input syntax for type json')
    }
    const { create, backend = {} } = subjectOf(ReferenceStore)
    const throwing = Object.keys(backend).map(name => [name, broken])
    const subject = {
      create,
      backend: { ...Object.fromEntries(throwing), down: broken, up: () => {}, hang: broken },
    }
    const needy = rules.filter(rule => rule.needs.some(need => need in subject.backend))
    const report = await runConformance({ ...subject, deadlineMs: 300 }, { only: needy.map(rule => rule.id) })
    const text = /^backend\.\w+ failed: Error: invalid input syntax for type json$/
    expect(report.rules.filter(rule => rule.verdict !== 'unverified' || !text.test(rule.message))).toEqual([])
  })
})
