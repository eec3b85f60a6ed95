import { expect, test } from 'vitest'
import { runConformance } from '../src/index.ts'
import { deviousStores } from './devious/index.ts'

test.concurrent.each(deviousStores)('$name: falls by $rules', async ({ rules, subject }) => {
  const report = await runConformance(subject(), { only: rules, seed: 'devious' })
  const broken = report.rules.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
  expect(broken.map(({ id }) => id)).not.toEqual([])
})
