import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const script = fileURLToPath(new URL('../../../scripts/check-imports.mjs', import.meta.url))
const { floors } = JSON.parse(
  readFileSync(new URL('../../../scripts/rooms.json', import.meta.url), 'utf8'),
) as {
  floors: string[][]
}
const TABLE = `| Room | What |\n|---|---|\n${floors.map(rooms => `| \`${rooms.join('`, `')}\` | |\n`).join('')}`

/** What the check says about a checkout that has these files. */
function check(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'coatcheck-imports-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries({ 'CONTRIBUTING.md': TABLE, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' })
  const problems = stderr.split('\n').filter(Boolean)
  expect(status).toBe(problems.length > 0 ? 1 : 0)
  return problems
}

it.each([
  ['values', "import { b } from './b.ts'", "import { a } from './a.ts'"],
  ['types', "import type { B } from './b.ts'", "import type { A } from './a.ts'"],
  ['types in place', "export type A = import('./b.ts').B", "export type * from './a.ts'"],
  ['a dynamic import', "await import('./b.ts')", "export { a } from './a.ts'"],
])('imports: a circle is found: %s', (_, a, b) => {
  const found = check({ 'packages/x/src/a.ts': `${a}\n`, 'packages/x/src/b.ts': `${b}\n` })
  expect(found).toEqual([
    'These files import each other in a circle: packages/x/src/a.ts > packages/x/src/b.ts > packages/x/src/a.ts',
  ])
})

it('imports: a circle is found in the benchmarks, through several folders', () => {
  const files = {
    'bench/lib/a.mjs': "import '../cases/b.mjs'\n",
    'bench/cases/b.mjs': "import './c.mjs'\n",
    'bench/cases/c.mjs': "import '../lib/a.mjs'\n",
  }
  expect(check(files)).toHaveLength(1)
})

it('imports: a room imports the rooms below it only', () => {
  const up = check({ 'packages/session/src/store/a.ts': "import type { E } from '../engine/e.ts'\n" })
  expect(up).toEqual([
    'packages/session/src/store/a.ts imports packages/session/src/engine/e.ts, but the room engine is not below store',
  ])
  const beside = check({ 'packages/session/src/node/a.ts': "import { f } from '../fetch/f.ts'\n" })
  expect(beside).toHaveLength(1)
  const down = {
    'packages/session/src/engine/a.ts': "import { b } from '../store/b.ts'\nimport { c } from './c.ts'\n",
  }
  expect(check(down)).toEqual([])
})

it('imports: a folder that is no room, a long file and a long room are found', () => {
  const long = 'export {}\n'.repeat(301)
  expect(check({ 'packages/session/src/attic/a.ts': '' })).toEqual([
    'packages/session/src/attic/a.ts is in no room of scripts/rooms.json',
  ])
  expect(check({ 'packages/x/src/a.ts': long })).toEqual(['packages/x/src/a.ts has 301 lines, more than 300'])
  const room = Object.fromEntries(
    ['a', 'b', 'c', 'd', 'e'].map(name => [`packages/session/src/store/${name}.ts`, long.slice(0, 2910)]),
  )
  expect(check(room)).toEqual(['The room packages/session/src/store has 1455 lines, more than 1300'])
})

it('imports: the table of rooms in CONTRIBUTING.md has every room, in order', () => {
  expect(check({ 'CONTRIBUTING.md': TABLE.replace('| `engine` | |\n', '') })).toHaveLength(1)
})
