import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { openStore } from '@coatcheck/session/stores'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { published } from '../support/packed.ts'
import { type Block, blocks, blocksOf, blocksOfKind, readmes, root } from '../support/readme-blocks.ts'
import { emptyFolder, runShell } from '../support/readme-folder.ts'
import { MY_STORE } from '../support/readme-fragments.ts'

// Each line that a README tells you to type.

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
  devDependencies: Record<string, string>
}
const own = [...published().map(({ name }) => name), 'coatcheck']

/** The commands of a block, without comments. */
const commandsOf = ({ text }: Block) =>
  text
    .replace(/ \\\n */g, ' ')
    .split('\n')
    .flatMap(line => line.replace(/\s+#.*$/, '').split(' && '))
    .filter(Boolean)

const shell = [...blocksOfKind(/^sh$/), ...blocksOfKind(/^$/)]
const commands = shell.flatMap(block => commandsOf(block).map(command => ({ place: block.place, command })))

/** What can be said of a line without running it. */
const CHECKS: readonly [RegExp, (match: RegExpMatchArray) => void][] = [
  [/^npm (init -y|pkg set type=module|ci|install|test)$/, () => {}],
  [/^npm install (?:--save-dev )?([^-].*)$/, ([, names]) => names!.split(' ').forEach(expectPackage)],
  [/^npm run ([\w:]+)/, ([, script]) => expect(manifest.scripts).toHaveProperty([script!])],
  [
    /^npx vitest run --project (\w+) (\S+)$/,
    ([, , path]) => expect(existsSync(join(root, path!))).toBe(true),
  ],
  [/^npx vitest run (\w+)$/, () => {}],
  // The store's own error says the same.
  [/^npm (install-scripts approve|rebuild) better-sqlite3$/, ([line]) => expectInSource(line!)],
  // Run as commands of the SDK, in packages/store-dynamodb/test/readme.test.ts.
  [/^aws dynamodb (create-table|update-time-to-live) /, () => {}],
  // Those that are run, here or in readme-programs.db.test.ts and quick-start.test.ts.
  [/^SESSION_SECRET=\$\(openssl rand -hex 32\) node app\.js$/, () => {}],
  [/^export SESSION_(STORE=sqlite:|OWNER=)/, () => {}],
  [/^npx (-p coatcheck .* )?coatcheck /, () => {}],
  [/^SESSION_KEYS=.* npx coatcheck reencrypt /, () => {}],
  [/^npx @coatcheck\/store-conformance /, () => {}],
]

function expectPackage(spec: string): void {
  const [, name, major] = /^((?:@[\w-]+\/)?[\w-]+)(?:@(\d+))?$/.exec(spec)!
  if (own.includes(name!)) return
  const version = manifest.devDependencies[name!]
  expect(version, `${name} is not among the packages that are tested`).toBeDefined()
  if (major) expect(version).toMatch(new RegExp(`^[~^]?${major}\\.`))
}

function expectInSource(line: string): void {
  const source = readFileSync(join(root, 'packages/store-sqlite/src/drivers.ts'), 'utf8')
  expect(source).toContain(line)
}

let folder = ''
beforeAll(async () => {
  folder = await emptyFolder()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('each line', () => {
  it.each(commands)('readme: $place can be typed: $command', ({ command }) => {
    const check = CHECKS.find(([pattern]) => pattern.test(command))
    expect(check, 'Nothing checks this line: add a check to this file').toBeDefined()
    check![1](command.match(check![0])!)
  })

  it('readme: what a program imports, the README says to install', () => {
    const missing = readmes().flatMap(file => {
      const text = readFileSync(join(root, file), 'utf8')
      const told = [...text.matchAll(/npm install ([^`\n]+)/g)].flatMap(([, names]) =>
        names!.split(' ').map(name => name.replace(/(?<=.)@\d+$/, '')),
      )
      const programs = blocksOf(file).filter(
        ({ kind }) => (/^js( runnable)?$/.test(kind) && file === 'README.md') || / runnable$/.test(kind),
      )
      const imported = programs.flatMap(({ text }) => [...text.matchAll(/^import .* from '([^.'][^']*)'$/gm)])
      return imported
        .map(([, name]) => /^(@[^/]+\/)?[^/]+/.exec(name!)![0])
        .filter(name => !name.startsWith('node:') && !builtinModules.includes(name) && !told.includes(name))
        .map(name => `${file}: ${name}`)
    })
    expect([...new Set(missing)]).toEqual([])
  })

  it('readme: every block is of a kind that a test looks at', () => {
    // SQL is run by the tests of the stores, `readme.test.ts` of each; a text is what a program prints, or what is stored.
    const looked = /^(sh||js|ts|diff|js runnable|js runnable-fetch|js encryption|sql|text)$/
    expect(blocks.filter(({ kind }) => !looked.test(kind)).map(({ place }) => place)).toEqual([])
    expect(blocks.length).toBeGreaterThan(80)
  })
})

describe('what they do', () => {
  it('readme: reencrypt uses the new key, and reads the old one', async () => {
    const [block] = blocksOf('packages/cli/README.md').filter(({ text }) => text.includes('reencrypt'))
    const url = `sqlite:${folder}/encrypted.db`
    const [old, key] = [1, 2].map(() => randomBytes(32).toString('base64'))
    const store = await openStore(url, { encryption: { keys: [old!] } })
    await store.set('ada', { cookie: { path: '/' }, user: 'Ada' } as never)
    await store.close()
    const env = { SESSION_STORE: url, NEW_KEY: key!, OLD_KEY: old! }
    const { code, out } = await runShell(folder, block!.text, env)
    expect([code, out]).toEqual([0, expect.stringMatching(/^1 session/)])
    const after = await openStore(url, { encryption: { keys: [key!] } })
    expect(await after.get('ada')).toMatchObject({ user: 'Ada' })
    await after.close()
  })

  it('readme: sessions lists those of an owner, and logout ends them but one', async () => {
    const page = blocksOf('packages/cli/README.md')
    const { text } = page.find(({ text }) => text.includes('SESSION_OWNER'))!
    const url = `sqlite:${folder}/owned.db`
    const store = await openStore(url, { owner: 'userId' })
    for (const sid of ['here', 'there'])
      await store.set(sid, { cookie: { path: '/' }, userId: '42' } as never)
    const hash = createHash('sha256').update('here').digest('hex').slice(0, 16)
    // There is nobody who can be asked.
    const command = text.replace(/sha256:\w+/, `sha256:${hash} --yes`)
    const { code, out } = await runShell(folder, `set -e\n${command}`, { SESSION_STORE: url })
    expect([code, out]).toEqual([0, expect.stringMatching(/^sha256:.*\nsha256:.*\n1 session removed\n$/)])
    expect(Object.keys(await store.all())).toEqual(['here'])
    await store.close()
  })

  it('readme: move-app shows what it would change, and then changes it', async () => {
    const page = blocksOf('packages/cli/README.md')
    const { text } = page.find(({ text }) => text.includes('move-app --write'))!
    writeFileSync(join(folder, 'server.js'), "import session from 'express-session'\n")
    const { code, out } = await runShell(folder, text.split('\n').slice(1).join('\n'))
    expect(code).toBe(0)
    expect(out).toMatch(/1 file to change; .*1 file changed; /s)
    expect(readFileSync(join(folder, 'server.js'), 'utf8')).toBe("import session from '@coatcheck/session'\n")
    rmSync(join(folder, 'server.js'))
  })

  it('readme: the suite finds the mistake that it is shown with, in the words of the page', async () => {
    const page = blocksOf('packages/store-conformance/README.md')
    const subject = page.find(({ text }) => text.startsWith('// my-store.conformance.js'))!
    const command = page.find(({ kind }) => kind === 'sh')!
    const shown = page.find(({ kind }) => kind === 'text')!
    writeFileSync(join(folder, 'my-store.js'), MY_STORE)
    writeFileSync(join(folder, 'my-store.conformance.js'), subject.text)
    const { code, out } = await runShell(folder, command.text.replace('\n', ' --only TCH-03\n'))
    expect(code).toBe(1)
    const lines = shown.text.trimEnd().split('\n')
    for (const part of ['✗', 'why', 'check', 'seen in', 'rule']) {
      const line = lines.find(line => line.trimStart().startsWith(part))!
      expect(out).toContain(line.trim())
    }
  })
})
