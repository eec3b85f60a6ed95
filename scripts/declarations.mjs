import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { entriesOf } from './entries.mjs'

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))

/**
 * Write the declarations of a package as npm gets them, from those that the compiler has written to `dist`. Each type is declared
 * once, in a CommonJS file below `types`, so that a project of both kinds has one `Store` and one `SessionData`. Beside it, each
 * entry point has a file for those who import and one for those who require.
 */
export async function writeDeclarations(folder, manifest, to) {
  const entries = entriesOf(manifest)
  for (const file of await filesBehind(folder, entries)) {
    const text = await readFile(join(folder, 'dist', file), 'utf8')
    await write(join(to, 'types', file.replace(/\.d\.ts$/, '.d.cts')), asCommonJs(text))
  }
  for (const { name } of entries) {
    const text = await readFile(join(folder, 'dist', `${name}.d.ts`), 'utf8')
    const { required, imported } = doorsTo(name, REQUIRED_AS.test(text))
    await write(join(to, `${name}.d.cts`), required)
    await write(join(to, `${name}.d.ts`), imported)
  }
}

/** `export { session as 'module.exports' }`: what `require` gives. Compilers before 5.6 cannot read it. */
const REQUIRED_AS = /^export \{ \w+ as ['"]module\.exports['"],? \};?\n/m

/** Declarations, below `dist`, that a user's compiler reads from the entry points on; not those of the modules behind them. */
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
      // Nobody reads them but compilers, and editors, which show the comments.
      .replace(/^(?: {4})+/gm, '')
      .replace(/(\bfrom |\bimport[ (])(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.cjs$2')
  )
}

function doorsTo(name, isFunction) {
  const up = posix.relative(posix.dirname(name), '.') || '.'
  const types = `${up}/types/${name}.cjs`
  const all = `export * from '${types}'\n`
  if (!isFunction) return { required: all, imported: all }
  return {
    required: `import exported from '${types}'\nexport = exported\n`,
    imported: `${all}export { default } from './${posix.basename(name)}.cjs'\n`,
  }
}

async function write(file, text) {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
