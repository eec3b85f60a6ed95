import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { faulty, sound } from '../generator/generate.ts'
import { judgeAll } from '../generator/score.ts'

const seed = process.env.MUTANTS_SEED ?? 'score'
const many = {
  faulty: Number(process.env.MUTANTS_FAULTY ?? 500),
  sound: Number(process.env.MUTANTS_SOUND ?? 100),
}
const file = new URL('../../docs/mutation-score.json', import.meta.url)

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

test('of stores with one to three faults at least 97 % fall, and of sound ones none', async () => {
  const broken = await judgeAll(
    numbers(many.faulty).map(number => faulty(seed, number)),
    true,
    6,
  )
  const whole = await judgeAll(
    numbers(many.sound).map(number => sound(seed, number)),
    false,
    3,
  )
  const survivors = broken.filter(({ fell }) => fell === undefined).map(({ store }) => store.name)
  const fallen = whole
    .filter(({ fell }) => fell !== undefined)
    .map(({ store, fell }) => `${store.name}: ${fell}`)
  console.log(`${broken.length - survivors.length} of ${broken.length} faulty stores fell`)
  console.log([...survivors, ...fallen].join('\n'))
  const score = {
    seed,
    faulty: { stores: broken.length, fell: broken.length - survivors.length, survivors },
    sound: { stores: whole.length, fell: fallen.length },
  }
  await writeFile(file, `${JSON.stringify(score, null, 2)}\n`)
  expect(fallen).toEqual([])
  expect(survivors.length / broken.length).toBeLessThanOrEqual(0.03)
}, 3_600_000)
