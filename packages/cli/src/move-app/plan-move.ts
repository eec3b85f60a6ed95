import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { applyEdits, type Edit, unifiedDiff } from './edits.ts'
import { Findings, type Note } from './findings.ts'
import { moveManifest } from './manifest.ts'
import { moveMiddleware } from './middleware.ts'
import { OTHERS, PEERS } from './peers.ts'
import { filesOf, manifestOf } from './project.ts'
import { moveStores } from './stores.ts'
import { loadParser } from './syntax.ts'

export interface Change {
  path: string
  diff: string
  /** The text after the change. */
  after: string
}

export interface Plan {
  changes: Change[]
  notes: Note[]
}

export interface PlanOptions {
  /** Change the middleware only. */
  keepStores: boolean
  /** The version of the new packages. */
  version: string
}

/** What would change in an app. Writes nothing. */
export async function planMove(folder: string, { keepStores, version }: PlanOptions): Promise<Plan> {
  const parse = await loadParser()
  const { sources, manifests } = await filesOf(folder)
  const plan: Plan = { changes: [], notes: [] }
  const found: Findings[] = []
  for (const path of sources) {
    const text = await readFile(join(folder, path), 'utf8')
    if (!mentions(text)) continue
    const findings = new Findings(path)
    const root = parse(path, text)
    moveMiddleware(root, findings)
    if (!keepStores) moveStores(root, findings)
    add(plan, path, text, findings)
    found.push(findings)
  }
  for (const path of manifests) {
    const used = found.filter(findings => manifestOf(findings.path, manifests) === path)
    if (used.length === 0) continue
    const text = await readFile(join(folder, path), 'utf8')
    const uses = {
      gone: new Set(used.flatMap(({ gone }) => [...gone])),
      kept: new Set(used.flatMap(({ kept }) => [...kept])),
    }
    add(plan, path, text, moveManifest(path, text, uses, version))
  }
  return plan
}

const MODULES = ['express-session', ...PEERS.map(({ name }) => name), ...OTHERS]

/** Most files need not be parsed. */
function mentions(text: string): boolean {
  return MODULES.some(name => text.includes(name))
}

function add(
  plan: Plan,
  path: string,
  text: string,
  found: { edits: readonly Edit[]; notes: readonly Note[] },
): void {
  plan.notes.push(...found.notes)
  if (found.edits.length === 0) return
  const after = applyEdits(text, found.edits)
  plan.changes.push({ path, diff: unifiedDiff(path, text, after), after })
}
