import { expect, test } from 'vitest'
import { runConformance } from '../../src/index.ts'
import { deviousStores } from '../devious/index.ts'

const broken = new Set(['fail', 'warn', 'flaky'])

/** Which rules a devious store breaks, out of all; the test of the same stores runs the one that it names. */
for (const { name, subject } of deviousStores) {
  test.concurrent(name, async () => {
    const report = await runConformance(subject(), { seed: 'devious' })
    const found = report.rules.filter(({ verdict, level }) => level !== 'MAY' && broken.has(verdict))
    console.log(`${name}: ${found.map(({ id, verdict }) => `${id} ${verdict}`).join(', ') || 'NOTHING'}`)
    expect(found).not.toEqual([])
  })
}
