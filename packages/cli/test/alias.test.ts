import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runCommand, useBuiltCommand } from './support/built.ts'

const alias = fileURLToPath(new URL('../alias/', import.meta.url))
const built = useBuiltCommand()

it('alias: has the version of the command, and depends on it', async () => {
  const manifest = JSON.parse(await readFile(join(alias, 'package.json'), 'utf8'))
  const command = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  expect(manifest).toMatchObject({
    name: 'coatcheck',
    version: command.version,
    license: command.license,
    engines: command.engines,
    publishConfig: { access: 'public', provenance: true },
    dependencies: { '@coatcheck/cli': `^${command.version}` },
  })
})

it('alias: is the same command', async () => {
  const place = join(built.folder, 'node_modules/coatcheck')
  await cp(alias, place, { recursive: true })
  const { bin } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'))
  for (const argv of [['--version'], ['ls', '--help'], ['count', '--store', 'sqlite::memory:'], ['what']]) {
    const own = await runCommand(built.main, argv, { cwd: built.folder })
    expect(await runCommand(join(place, bin.coatcheck), argv, { cwd: built.folder })).toEqual(own)
  }
})
