import { expect, test } from 'vitest'
import { sounds } from '../generator/generate.ts'
import { judgeAll } from '../generator/score.ts'
import { many, print, seed, write } from './score.ts'

test('of sound stores none falls', async () => {
  const fates = await judgeAll(sounds(seed, many.sound), false, 4, print)
  const fallen = fates.flatMap(({ store, fell }) => (fell === undefined ? [] : [`${store.name}: ${fell}`]))
  console.log([`${fallen.length} of ${fates.length} sound stores fell`, ...fallen].join('\n'))
  write('sound', { stores: fates.length, fell: fallen.length })
  expect(fallen).toEqual([])
}, 3_600_000)
