import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FILE = new URL('../results/latest.json', import.meta.url)
const BIOME = fileURLToPath(new URL('../../node_modules/.bin/biome', import.meta.url))

/** The results by case. */
export function readResults() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw error
  }
}

/** Writes the results in the order of `names`. */
export function writeResults(results, names) {
  mkdirSync(new URL('.', FILE), { recursive: true })
  const ordered = Object.fromEntries(names.filter(name => results[name]).map(name => [name, results[name]]))
  writeFileSync(FILE, `${JSON.stringify(rounded(ordered), null, 2)}\n`)
  // The file is committed, so Biome formats it.
  spawnSync(BIOME, ['format', '--write', fileURLToPath(FILE)])
}

/** More than four digits are noise. */
function rounded(value) {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(4))
  if (Array.isArray(value)) return value.map(rounded)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]))
}
