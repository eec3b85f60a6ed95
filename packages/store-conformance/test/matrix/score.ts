import { readFileSync, writeFileSync } from 'node:fs'
import type { Fate } from '../generator/score.ts'

export const seed = process.env.MUTANTS_SEED ?? 'score'
export const many = {
  faulty: Number(process.env.MUTANTS_FAULTY ?? 500),
  sound: Number(process.env.MUTANTS_SOUND ?? 100),
}
const file = new URL('../../docs/mutation-score.json', import.meta.url)

/** Writes one part of the score, which the rule book shows. In one go, because two processes each write their part. */
export function write(part: 'faulty' | 'sound', figures: object): void {
  const score = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, `${JSON.stringify({ ...score, seed, [part]: figures }, null, 2)}\n`)
}

/** Shows how far a run of an hour is. */
export function print({ store, fell }: Fate): void {
  console.log(`${store.name}: ${fell ?? 'stands'}`)
}
