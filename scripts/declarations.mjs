import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { entriesOf } from './entries.mjs'
import { rolledUp } from './rolled-up.mjs'

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))

/**
 * Write the declarations of a package for npm, from those that the compiler has written to `dist`. Each type is declared once, in a
 * CommonJS file below `types`, so that a project with both kinds of modules has one `Store` and one `SessionData`. Each entry point also
 * has a file for `import` and one for `require`. With `together`, one file has all that the entry points reach.
 */
export async function writeDeclarations(folder, manifest, to, together) {
  const entries = entriesOf(manifest)
  await (together ? writeTogether : writeFiles)(folder, entries, join(to, 'types'))
  for (const { name } of entries) {
    const text = await readFile(join(folder, 'dist', `${name}.d.ts`), 'utf8')
    const { required, imported } = doorsTo(name, REQUIRED_AS.test(text))
    await write(join(to, `${name}.d.cts`), required)
    await write(join(to, `${name}.d.ts`), imported)
  }
}

/** `export { session as 'module.exports' }`: the value of `require`. Compilers before 5.6 cannot read it. */
const REQUIRED_AS = /^export \{ \w+ as ['"]module\.exports['"],? \};?\n/m

async function writeTogether(folder, entries, to) {
  const names = entries.map(({ name }) => name)
  const { text, exported } = await rolledUp(join(folder, 'dist'), names)
  await write(join(to, 'shared.d.cts'), asCommonJs(text))
  for (const name of names) {
    const specifiers = exported.get(name).filter(one => one.name !== 'module.exports')
    const list = specifiers.map(({ name, local, isType }) => {
      return `${isType ? 'type ' : ''}${local}${local === name ? '' : ` as ${name}`}`
    })
    await write(
      join(to, `${name}.d.cts`),
      `export { ${list.join(', ')} } from '${upFrom(name)}/shared.cjs'\n`,
    )
  }
}

async function writeFiles(folder, entries, to) {
  for (const file of await filesBehind(folder, entries)) {
    const text = await readFile(join(folder, 'dist', file), 'utf8')
    await write(join(to, file.replace(/\.d\.ts$/, '.d.cts')), asCommonJs(text))
  }
}

/** Declarations below `dist` that a user's compiler reads, starting at the entry points. Those of other modules are not needed. */
async function filesBehind(folder, entries) {
  const files = entries.map(({ name }) => `dist/${name}.d.ts`)
  const options = ['--listFilesOnly', '--ignoreConfig', '--module', 'nodenext', ...files]
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options], { cwd: folder })
  return stdout
    .split('\n')
    .map(file => relative(folder, file.trim()))
    .filter(file => file.startsWith(`dist${sep}`))
    .map(file => relative('dist', file))
}

function asCommonJs(text) {
  return (
    text
      .replace(REQUIRED_AS, '')
      // Only compilers and editors read them. Editors show the comments.
      .replace(/^(?: {4})+/gm, '')
      .replace(/(\bfrom |\bimport[ (])(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.cjs$2')
  )
}

function doorsTo(name, isFunction) {
  const types = `${upFrom(name)}/types/${name}.cjs`
  const all = `export * from '${types}'\n`
  if (!isFunction) return { required: all, imported: all }
  return {
    required: `import exported from '${types}'\nexport = exported\n`,
    imported: `${all}export { default } from './${posix.basename(name)}.cjs'\n`,
  }
}

const upFrom = name => posix.relative(posix.dirname(name), '.') || '.'

async function write(file, text) {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
