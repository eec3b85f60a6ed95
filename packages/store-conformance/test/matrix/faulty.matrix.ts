import { expect, test } from 'vitest'
import { faulty } from '../generator/generate.ts'
import { judgeAll } from '../generator/score.ts'
import { many, print, seed, write } from './score.ts'

test('of stores with one to three faults at least 97 % fall', async () => {
  const stores = Array.from({ length: many.faulty }, (_, number) => faulty(seed, number))
  const fates = await judgeAll(stores, true, 6, print)
  const survivors = fates.filter(({ fell }) => fell === undefined).map(({ store }) => store.name)
  console.log(
    [`${stores.length - survivors.length} of ${stores.length} faulty stores fell`, ...survivors].join('\n'),
  )
  write('faulty', { stores: stores.length, fell: stores.length - survivors.length, survivors })
  expect(survivors.length / stores.length).toBeLessThanOrEqual(0.03)
}, 3_600_000)
