import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSource } from './syntax.ts'

/** Folders without source of the app. Those that begin with a dot are skipped too. */
const SKIPPED = new Set(['node_modules', 'bower_components', 'dist', 'build', 'out', 'coverage', 'vendor'])

/** The source files and the manifests of an app, relative to its folder. Does not follow links. */
export async function filesOf(folder: string): Promise<{ sources: string[]; manifests: string[] }> {
  const found: { sources: string[]; manifests: string[] } = { sources: [], manifests: [] }
  const pending = ['']
  for (let at = pending.shift(); at !== undefined; at = pending.shift()) {
    for (const entry of await readdir(join(folder, at), { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && !SKIPPED.has(entry.name)) pending.push(path)
      } else if (entry.isFile()) {
        if (entry.name === 'package.json') found.manifests.push(path)
        else if (isSource(entry.name)) found.sources.push(path)
      }
    }
  }
  return { sources: found.sources.sort(), manifests: found.manifests.sort() }
}

/** The manifest that names the dependencies of a file: the nearest one above it. */
export function manifestOf(path: string, manifests: readonly string[]): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (manifests.includes(manifest)) return manifest
    if (folder === '.') return undefined
  }
}
