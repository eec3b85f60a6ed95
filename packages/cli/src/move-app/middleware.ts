import type { Findings } from './findings.ts'
import { callAround, kindOf, literal, parts, type SyntaxNode, stringsIn } from './syntax.ts'

const OLD = 'express-session'
const NEW = '@coatcheck/session'

/** Files of express-session that have the same path in the new package. */
const DEEP = ['', '/session/store', '/session/memory', '/session/cookie', '/session/session']

/** What the types of express-session export by name; the new package has it too. */
const NAMES = [
  'default',
  'Cookie',
  'CookieOptions',
  'MemoryStore',
  'Session',
  'SessionData',
  'SessionOptions',
  'Store',
]

/** Functions whose first argument is the name of a module. */
const LOADERS =
  /^(import|require|require\.resolve|import\.meta\.resolve|(jest|vi)\.(mock|unmock|doMock|dontMock|doUnmock|requireActual|requireMock|importActual|importMock|setMock))$/

/** Writes the new name into each import of express-session. */
export function moveMiddleware(root: SyntaxNode, findings: Findings): void {
  for (const node of stringsIn(root, text => text === OLD || text.startsWith(`${OLD}/`))) {
    const path = (literal(node) as string).slice(OLD.length)
    const problem = problemOf(node, path)
    if (problem) {
      findings.keep(OLD)
      findings.note(node, problem)
      continue
    }
    if (isNamespace(node)) {
      findings.note(
        node,
        '"import * as" is a function only if esModuleInterop is off: otherwise write "import session from"',
      )
    }
    findings.replace(node, node.text().replace(OLD, NEW))
    findings.moved(OLD)
  }
  for (const node of root.findAll({ rule: { kind: 'comment' } })) {
    if (!/<reference types=(["'])express-session\1/.test(node.text())) continue
    findings.keep(OLD)
    findings.note(
      node,
      'the reference to the types of express-session stays: remove it, or import the new package',
    )
  }
}

/** Why this text cannot be replaced. */
function problemOf(node: SyntaxNode, path: string): string | undefined {
  if (!isModuleName(node)) return `the text ${node.text()} is not an import, so it stays`
  if (!DEEP.includes(path.replace(/\.js$/, '')))
    return `${NEW} has no file "${path.slice(1)}", so the import stays`
  const unknown = namesOf(node).filter(name => !NAMES.includes(name))
  if (unknown.length > 0) return `${NEW} does not export ${unknown.join(', ')}, so the import stays`
  return undefined
}

/** Whether the text is the name of a module in an import, an export, a declaration or a call of a loader. */
export function isModuleName(node: SyntaxNode): boolean {
  const kind = kindOf(node.parent()) ?? ''
  if (['import_statement', 'export_statement', 'import_require_clause', 'module'].includes(kind)) return true
  const call = callAround(node)
  const first = call && parts(call.field('arguments') as SyntaxNode)[0]
  return first?.range().start.index === node.range().start.index && isLoader(call as SyntaxNode)
}

function isLoader(call: SyntaxNode): boolean {
  return LOADERS.test((call.field('function') as SyntaxNode).text())
}

/** What an import or an export takes from the module by name. */
function namesOf(node: SyntaxNode): string[] {
  const statement = node.parent()
  if (!/^(import|export)_statement$/.test(kindOf(statement) ?? '')) return []
  const kinds = ['import_specifier', 'export_specifier'].map(kind => ({ kind }))
  const specifiers = (statement as SyntaxNode).findAll({ rule: { any: kinds } })
  return specifiers.map(specifier => (specifier.field('name') ?? specifier).text())
}

function isNamespace(node: SyntaxNode): boolean {
  const statement = node.parent()
  return (
    kindOf(statement) === 'import_statement' &&
    (statement as SyntaxNode).findAll({ rule: { kind: 'namespace_import' } }).length > 0
  )
}
