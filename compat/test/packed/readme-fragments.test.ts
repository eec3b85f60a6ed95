import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { link, typescript } from '../../../packages/session/test/support/child.ts'
import { installPacked } from '../support/packed.ts'
import { type Block, blocksOfKind } from '../support/readme-blocks.ts'
import { MY_STORE_TYPES, moduleOf, NEW_NODE, sidesOf, UNTYPED } from '../support/readme-fragments.ts'

// Each block of JavaScript or TypeScript in each README, also those that are a few lines only, compiles in an empty folder with the
// packages as they are published.

// Those that are marked as runnable are run instead.
const javascript = blocksOfKind(/^js$/)
const typed = blocksOfKind(/^ts$/)
const diffs = blocksOfKind(/^diff$/)

const linked = [
  '@fastify/cookie',
  '@fastify/session',
  '@types/express',
  '@types/koa',
  '@types/node',
  '@types/pg',
  '@valkey/valkey-glide',
  'express',
  'fastify',
  'hono',
  'hono-sessions',
  'knex',
  'koa',
  'koa-session',
  'mysql2',
  'pg',
  'testcontainers',
  'vitest',
]

let folder = ''

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'coatcheck-fragments-')))
  await installPacked(folder)
  await link(folder, linked)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  writeFileSync(join(folder, 'my-store.d.ts'), MY_STORE_TYPES)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Fragment = Pick<Block, 'file' | 'text'>

/** What the compiler says of these fragments, by the place of each in its README. */
async function compile(name: string, fragments: Record<string, Fragment>, strict: boolean) {
  const project = join(folder, name)
  mkdirSync(project)
  writeFileSync(join(project, 'my-store.d.ts'), MY_STORE_TYPES)
  writeFileSync(join(project, 'new-node.d.ts'), NEW_NODE)
  if (!strict) writeFileSync(join(project, 'untyped.ts'), UNTYPED)
  for (const [place, fragment] of Object.entries(fragments)) {
    writeFileSync(join(project, `${place.replaceAll(/\W+/g, '-')}.ts`), moduleOf(fragment))
  }
  const compilerOptions = {
    target: 'ESNext',
    module: 'NodeNext',
    lib: ['ESNext', 'DOM', 'DOM.Iterable'],
    strict,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const { stdout } = await typescript(['-p', project, '--pretty', 'false'])
  return stdout
}

const byPlace = (blocks: Block[]) => Object.fromEntries(blocks.map(block => [block.place, block]))

it('readme: each block of JavaScript compiles, with what the example above it has', async () => {
  expect(javascript.length).toBeGreaterThan(20)
  expect(await compile('javascript', byPlace(javascript), false)).toBe('')
})

// Each says for itself what a session holds.
it.each(typed)('readme: the TypeScript at $place compiles in a strict project', async block => {
  expect(await compile(`typescript-${typed.indexOf(block)}`, byPlace([block]), true)).toBe('')
})

it('readme: what a diff takes away and what it adds both compile', async () => {
  expect(diffs.length).toBeGreaterThan(2)
  // Where these are installed, they have the types of `req.session`.
  await link(folder, ['express-session', '@types/express-session'])
  const sides = diffs.flatMap(diff => sidesOf(diff).map((side, n) => [`${diff.place}-${n}`, side] as const))
  expect(await compile('diffs', Object.fromEntries(sides), false)).toBe('')
})

it('readme: a fragment with a wrong option does not compile', async () => {
  const wrong = {
    file: 'packages/store-redis/README.md',
    text: "RedisStore.open('redis://a', { prefx: 'a:' })",
  }
  expect(await compile('wrong', { wrong }, false)).toContain("'prefx' does not exist")
})
