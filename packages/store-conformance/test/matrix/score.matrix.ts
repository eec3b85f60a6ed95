import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { faulty, sounds } from '../generator/generate.ts'
import { type Fate, judgeAll } from '../generator/score.ts'

const seed = process.env.MUTANTS_SEED ?? 'score'
const many = {
  faulty: Number(process.env.MUTANTS_FAULTY ?? 500),
  sound: Number(process.env.MUTANTS_SOUND ?? 100),
}
const file = new URL('../../docs/mutation-score.json', import.meta.url)

/** Writes one part of the score, which the rule book shows. */
async function write(part: 'faulty' | 'sound', figures: object): Promise<void> {
  const score = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, `${JSON.stringify({ ...score, seed, [part]: figures }, null, 2)}\n`)
}

function fallen(fates: readonly Fate[]): string[] {
  return fates.flatMap(({ store, fell }) => (fell === undefined ? [] : [`${store.name}: ${fell}`]))
}

test('of stores with one to three faults at least 97 % fall', async () => {
  const stores = Array.from({ length: many.faulty }, (_, number) => faulty(seed, number))
  const fates = await judgeAll(stores, true, 6)
  const survivors = fates.filter(({ fell }) => fell === undefined).map(({ store }) => store.name)
  console.log(
    [`${stores.length - survivors.length} of ${stores.length} faulty stores fell`, ...survivors].join('\n'),
  )
  await write('faulty', { stores: stores.length, fell: stores.length - survivors.length, survivors })
  expect(survivors.length / stores.length).toBeLessThanOrEqual(0.03)
}, 3_600_000)

test('of sound stores none falls', async () => {
  const fates = await judgeAll(sounds(seed, many.sound), false, 4)
  console.log([`${fallen(fates).length} of ${fates.length} sound stores fell`, ...fallen(fates)].join('\n'))
  await write('sound', { stores: fates.length, fell: fallen(fates).length })
  expect(fallen(fates)).toEqual([])
}, 3_600_000)
