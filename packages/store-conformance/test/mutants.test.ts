import { describe, expect, test } from 'vitest'
import { rules } from '../src/index.ts'
import { execute, sideBySide } from './mutants/execute.ts'
import { mutants } from './mutants/index.ts'
import type { Mutant } from './mutants/mutant.ts'

/** Killed means: the named rule ran, and one of its expectations said what is wrong. */
async function expectKilled(mutant: Mutant): Promise<void> {
  const report = await execute(mutant)
  expect(report.smoke).toMatchObject({ ok: true })
  const result = report.rules.find(rule => rule.id === mutant.rule)!
  expect({ verdict: result.verdict, message: result.message }).toEqual({
    verdict: expect.stringMatching(/^(fail|warn)$/),
    message: expect.stringMatching(mutant.message),
  })
}

describe.concurrent('mutants, side by side', () => {
  for (const mutant of mutants.filter(sideBySide)) {
    test(`${mutant.rule} kills ${mutant.name}`, () => expectKilled(mutant))
  }
})

describe('mutants, one by one', () => {
  for (const mutant of mutants.filter(mutant => !sideBySide(mutant))) {
    test(`${mutant.rule} kills ${mutant.name}`, () => expectKilled(mutant))
  }
})

describe('the corpus', () => {
  test('names are unique, and each rule named exists', () => {
    expect(new Set(mutants.map(mutant => mutant.name)).size).toBe(mutants.length)
    const ids = new Set(rules.map(rule => rule.id))
    expect(mutants.filter(mutant => !ids.has(mutant.rule))).toEqual([])
  })

  test('no rule is vacuous: each kills a mutant of its own', () => {
    const named = new Set(mutants.map(mutant => mutant.rule))
    expect(rules.map(rule => rule.id).filter(id => !named.has(id))).toEqual([])
  })
})
