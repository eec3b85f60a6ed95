import { afterAll, expect, test } from 'vitest'
import { runConformance } from '../../src/index.ts'
import { moduleFor, typescript } from '../mutants/execute.ts'
import { mutants } from '../mutants/index.ts'

/** How many rules each mutant breaks: one defect shall not look like ten. */
const broken = new Map<string, string[]>()

for (const mutant of mutants) {
  test(`${mutant.name}: ${mutant.rule} is among what it breaks, and the suite stands`, async () => {
    const report = await runConformance(mutant.subject(), {
      seed: 'matrix',
      module: moduleFor(mutant.name),
      ...typescript,
    })
    const failing = report.rules
      .filter(({ verdict }) => /^(fail|warn|flaky)$/.test(verdict))
      .map(({ id }) => id)
    broken.set(mutant.name, failing)
    expect(report.rules.filter(({ verdict }) => verdict === 'error')).toEqual([])
    expect(failing).toContain(mutant.rule)
  })
}

afterAll(() => {
  const sizes = [...broken.values()].map(ids => ids.length)
  const few = sizes.filter(size => size <= 3).length
  const one = sizes.filter(size => size === 1).length
  console.log(`${sizes.length} mutants; ${few} break at most three rules, ${one} exactly one`)
  for (const [name, ids] of [...broken].sort((a, b) => b[1].length - a[1].length).slice(0, 15)) {
    console.log(`${name}: ${ids.length} rules, ${ids.slice(0, 12).join(' ')}`)
  }
})
