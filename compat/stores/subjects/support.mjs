import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The version of an installed package, also of one that does not export its package.json. */
export function versionOf(name) {
  for (let folder = dirname(require.resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      if (found.name === name) return found.version
    } catch {
      // Not here: one folder up.
    }
  }
  return 'unknown'
}

/** A folder that is gone when the process ends. */
export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-compat-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
