import { describe, expect, test } from 'vitest'
import { faulty, sounds } from './generator/generate.ts'
import { judgeAll } from './generator/score.ts'

const seed = 'sample'

/** Numbers spread over the five hundred, so that each fault is the first of one of them. */
const sample = Array.from({ length: 30 }, (_, index) => (index * 17) % 500)

describe('a seeded sample of stores put together from parts', () => {
  test('thirty with one to three faults: each falls', async () => {
    const fates = await judgeAll(
      sample.map(number => faulty(seed, number)),
      true,
      5,
    )
    expect(fates.filter(({ fell }) => fell === undefined).map(({ store }) => store.name)).toEqual([])
  }, 300_000)

  test('a hundred sound ones differ from each other, and three of them do not fall', async () => {
    const hundred = sounds(seed, 100)
    expect(new Set(hundred.map(({ name }) => name)).size).toBe(100)
    const fates = await judgeAll(
      [11, 44, 77].map(number => hundred[number]!),
      false,
      1,
    )
    const fallen = fates.filter(({ fell }) => fell !== undefined)
    expect(fallen.map(({ store, fell }) => `${store.name}: ${fell}`)).toEqual([])
  }, 300_000)
})
