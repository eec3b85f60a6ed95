import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { getRuntime } from '../../../scripts/runtimes.mjs'
import { blocksOfKind, databaseOf } from '../support/readme-blocks.ts'
import { emptyFolder, visit } from '../support/readme-folder.ts'

// Each program in each README that needs no server, in an empty folder with the packages as they are published. Those that need a
// database are in readme-programs.db.test.ts.

const programs = blocksOfKind(/^js runnable$/).filter(block => !databaseOf(block))
const standard = blocksOfKind(/^js runnable-fetch$/)

let folder = ''
beforeAll(async () => {
  folder = await emptyFolder()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('readme: there are programs to run', () => {
  expect(programs.length).toBeGreaterThan(8)
  expect(standard).toHaveLength(1)
})

it.each(programs)('readme: the program at $place knows a visitor who comes again', async block => {
  const { first, second, other } = await visit(folder, block)
  expect(first).toMatch(/\b1\b/)
  expect(second).toBe(first.replace(/\b1\b/, '2'))
  expect(other).toBe(first)
})

it.each(standard)('readme: the program at $place does so on Bun', async block => {
  const { first, second, other } = await visit(folder, block, { runtime: await getRuntime('bun') })
  expect(second).toBe(first.replace(/\b1\b/, '2'))
  expect(other).toBe(first)
})
