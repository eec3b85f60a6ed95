import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../../..', import.meta.url))

/** A block of code in a README. */
export interface Block {
  /** The README, relative to the root of the repository. */
  file: string
  line: number
  /** Such as `js`, `sh` or `js runnable`. */
  kind: string
  text: string
  /** Such as `packages/koa/README.md:17`. */
  place: string
}

/** The README of the repository, of each package, and of all that is beside them. The recipes are run by their own tests. */
export function readmes(): string[] {
  const found = ['packages', 'examples', 'compat', 'bench'].flatMap(folder =>
    (readdirSync(join(root, folder), { recursive: true }) as string[])
      .filter(file => /(^|\/)README\.md$/.test(file))
      .filter(file => !/(^|\/)(node_modules|dist|published|recipes)\//.test(file))
      .map(file => join(folder, file)),
  )
  return ['README.md', ...found.sort()]
}

export function blocksOf(file: string): Block[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^( *)```([^\n]*)\n(.*?)^ *```$/gms)].map(match => {
    const [indent, kind, body] = match.slice(1) as [string, string, string]
    const line = text.slice(0, match.index).split('\n').length
    // In a list, a block is indented.
    const unindented = body.replace(new RegExp(`^${indent}`, 'gm'), '')
    return { file, line, kind, text: unindented, place: `${file}:${line}` }
  })
}

export const blocks: Block[] = readmes().flatMap(blocksOf)

/** The blocks of this kind, such as `/^sh$/`. */
export function blocksOfKind(kind: RegExp): Block[] {
  return blocks.filter(block => kind.test(block.kind))
}

const DATABASES = ['redis', 'postgres', 'mysql', 'mongodb', 'dynamodb'] as const

/** The database that a program of a README needs, by the variable with its URL. */
export function databaseOf({ text, file }: Block): (typeof DATABASES)[number] | undefined {
  if (!/process\.env\.(REDIS_URL|DATABASE_URL|MONGODB_URL|DYNAMODB_URL)/.test(text)) return undefined
  return DATABASES.find(name => file.includes(`store-${name}`))
}
