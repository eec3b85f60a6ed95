import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { link, typescript } from '../../../packages/session/test/support/child.ts'
import { installPacked, published } from '../support/packed.ts'
import { besidePeers, type Project, peers, projects, stores } from './consumer-sources.ts'

// TypeScript projects outside of this repository, on the packages as they are published. Those of `@coatcheck/session` alone are
// in its own tests.

let folder = ''

async function install(types: string[]): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'coatcheck-consumer-')))
  await installPacked(folder)
  await link(folder, ['express', '@types/node', '@types/express', ...types])
  return folder
}

/** What the compiler says of a project. */
async function compile(folder: string, name: string, { type, compilerOptions, files }: Project) {
  const path = join(folder, name)
  mkdirSync(path)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
  writeFileSync(join(path, 'package.json'), JSON.stringify({ private: true, type }))
  writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const { code, stdout } = await typescript(['-p', path, '--pretty', 'false'])
  return code === 0 ? 'fine' : stdout
}

describe.each([
  ['without the types of express-session', []],
  ['beside the types of express-session', ['express-session', '@types/express-session']],
])('%s', (_, types) => {
  beforeAll(async () => {
    folder = await install(types)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(Object.entries(projects))(
    'types: a project of kind %s compiles, libraries included',
    async (name, project) => {
      expect(await compile(folder, name, project)).toBe('fine')
    },
  )
})

describe('beside stores of others', () => {
  it('types: theirs go into our middleware, and ours into that of express-session', async () => {
    const folder = await install(peers)
    expect(await compile(folder, 'beside', besidePeers)).toBe('fine')
    rmSync(folder, { recursive: true, force: true })
  })
})

it('types: every store that is published is in these projects', () => {
  const names = published().map(({ name }) => name.replace('@coatcheck/', ''))
  const kept = names.filter(name => name.startsWith('store-') && name !== 'store-conformance')
  expect(stores.map(({ name }) => name).sort()).toEqual(kept.sort())
})
