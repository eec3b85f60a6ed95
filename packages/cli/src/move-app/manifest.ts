import type { Edit } from './edits.ts'
import type { Note } from './findings.ts'
import { PEERS } from './peers.ts'

const MIDDLEWARE = { name: 'express-session', to: '@coatcheck/session' }

export interface Uses {
  /** Packages that no file uses any more. */
  gone: ReadonlySet<string>
  /** Packages that some file still uses. */
  kept: ReadonlySet<string>
}

/** Changes the dependencies of a package.json: each old package gives its place to the new one. */
export function moveManifest(
  path: string,
  text: string,
  uses: Uses,
  version: string,
): { edits: Edit[]; notes: Note[] } {
  const edits: Edit[] = []
  const notes: Note[] = []
  const note = (at: number, message: string) =>
    notes.push({ path, line: text.slice(0, at).split('\n').length, text: message })
  for (const { name, to } of [MIDDLEWARE, ...PEERS]) {
    if (!uses.gone.has(name)) continue
    const stays = uses.kept.has(name)
    const [entry] = entriesOf(text, name)
    const isThere = entriesOf(text, to).length > 0
    if (!entry) {
      if (!isThere)
        note(0, `${name} is not among the dependencies, so you have to add ${to}: npm install ${to}`)
      continue
    }
    const line = `"${to}": "^${version}"`
    if (stays) {
      note(entry.start, `${name} stays, because some files still use it`)
      if (!isThere) edits.push({ start: entry.start, end: entry.start, text: `${line},${entry.space}` })
      continue
    }
    edits.push(isThere ? removal(text, entry) : { start: entry.start, end: entry.end, text: line })
    for (const types of entriesOf(text, `@types/${name}`)) edits.push(removal(text, types))
  }
  for (const { name, driver } of PEERS) {
    if (driver && uses.gone.has(name) && entriesOf(text, driver).length === 0) {
      note(0, `the new store needs the driver ${driver}: npm install ${driver}`)
    }
  }
  const old = uses.gone.has('connect-redis') ? OLD_REDIS.exec(text) : null
  if (old) note(old.index, '@coatcheck/store-redis needs redis 4 or later, or ioredis')
  return { edits, notes }
}

const OLD_REDIS = /"redis"\s*:\s*"[~^]?[0-3]\./

interface Entry {
  start: number
  end: number
  /** What is in front of it: a line feed and the indent. */
  space: string
}

/** The entries of this package in the objects with dependencies. */
function entriesOf(text: string, name: string): Entry[] {
  const objects = [...text.matchAll(/"(?:dev|peer|optional)?[dD]ependencies"\s*:\s*\{[^}]*\}/g)]
  const pattern = new RegExp(`(\\s*)"${name.replaceAll(/[/.@-]/g, '\\$&')}"\\s*:\\s*"[^"]*"`, 'g')
  return objects.flatMap(object =>
    [...object[0].matchAll(pattern)].map(match => {
      const space = match[1] ?? ''
      const start = object.index + match.index + space.length
      return { start, end: start + match[0].length - space.length, space }
    }),
  )
}

/** With its comma: the one behind it, or that in front of the last one. */
function removal(text: string, { start, end, space }: Entry): Edit {
  if (text[end] === ',') return { start: start - space.length, end: end + 1, text: '' }
  const comma = text.lastIndexOf(',', start)
  return { start: text.slice(comma + 1, start).trim() === '' ? comma : start - space.length, end, text: '' }
}
