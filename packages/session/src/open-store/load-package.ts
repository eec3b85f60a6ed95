import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The exports of a package. */
export type Exports = Record<string, unknown>

/**
 * Import a package as the application would: from the working directory, then from the folder of the script that was started, then
 * from the folder of this package. `undefined` when none of them has it.
 */
export async function loadPackage(name: string): Promise<Exports | undefined> {
  const script = process.argv[1]
  const here = dirname(fileURLToPath(import.meta.url))
  const ours = folderFrom(here, name)
  for (const from of [process.cwd(), ...(script ? [dirname(realPath(script))] : [])]) {
    const folder = folderFrom(from, name)
    // Node imports a package that this one sees too, under the conditions with which the process was started.
    if (folder && folder !== ours) return load(pathToFileURL(entryOf(folder)).href, name, from)
    if (folder) break
    const plugAndPlay = resolvedFrom(from, name)
    if (plugAndPlay) return load(pathToFileURL(plugAndPlay).href, name, from)
  }
  return ours ? load(name, name, here) : undefined
}

/** Bundlers leave this import to Node. In a sandbox without `import`, as under Jest, the package is required instead. */
async function load(specifier: string, name: string, from: string): Promise<Exports> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ specifier)
  } catch (error) {
    if (!/^ERR_VM_DYNAMIC_IMPORT/.test(String((error as { code?: unknown } | null)?.code))) throw error
    return createRequire(join(resolve(from), '_'))(name) as Exports
  }
}

/** The folder of the package in the nearest `node_modules`. */
function folderFrom(from: string, name: string): string | undefined {
  const places = createRequire(join(resolve(from), '_')).resolve.paths(name) ?? []
  const found = places.map(place => join(place, name)).find(path => existsSync(join(path, 'package.json')))
  return found && realpathSync(found)
}

/** Yarn's Plug'n'Play has no `node_modules`, but supports `require.resolve`. */
function resolvedFrom(from: string, name: string): string | undefined {
  if (!process.versions.pnp) return undefined
  try {
    return createRequire(join(resolve(from), '_')).resolve(name)
  } catch {
    return undefined
  }
}

/** Find the entry by hand: Node cannot import from another folder, and `require.resolve` ignores entries for `import`. */
function entryOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports?: unknown
    main?: string
  }
  const entry = targetOf(manifest.exports)
  if (entry) return join(folder, entry)
  return createRequire(join(folder, '_')).resolve(folder)
}

const CONDITIONS = ['node', 'import', 'module-sync', 'default']

function targetOf(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (Array.isArray(target)) return target.map(targetOf).find(Boolean)
  if (typeof target !== 'object' || target === null) return undefined
  if ('.' in target) return targetOf(target['.'])
  for (const [condition, inner] of Object.entries(target)) {
    const entry = CONDITIONS.includes(condition) ? targetOf(inner) : undefined
    if (entry) return entry
  }
  return undefined
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path)
}
