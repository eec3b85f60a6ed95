import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** Git-ignored, and below the dependencies of the repository. */
const cache = join(root, 'node_modules/.cache')

/** What is this old is not of this run. */
const HOUR = 3_600_000

/**
 * A folder that `make` fills, once for the same `sources`: files and folders, relative to the root of the repository. Several
 * processes may ask for it at once.
 */
export async function madeOnce(
  name: string,
  sources: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const made = join(cache, name, fingerprint(sources))
  if (existsSync(made)) return made
  await mkdir(dirname(made), { recursive: true })
  await removeOld(dirname(made))
  const work = await mkdtemp(`${made}-`)
  try {
    await make(work)
    // Another process may have been faster.
    await rename(work, made).catch(error => {
      if (!existsSync(made)) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return made
}

function fingerprint(sources: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of sources.flatMap(filesOf)) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex').slice(0, 16)
}

function filesOf(source: string): string[] {
  const path = join(root, source)
  if (statSync(path).isFile()) return [source]
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()
  return names.map(name => join(source, name)).filter(file => statSync(join(root, file)).isFile())
}

async function removeOld(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
    if (Date.now() - mtimeMs > HOUR) await rm(path, { recursive: true, force: true })
  }
}
