import { extname } from 'node:path'

/** A node of a syntax tree of ast-grep: the methods that are used here. */
export interface SyntaxNode {
  kind(): string
  /** Whether it is more than punctuation or a keyword. */
  isNamed(): boolean
  text(): string
  range(): { start: Position; end: Position }
  parent(): SyntaxNode | null
  children(): SyntaxNode[]
  field(name: string): SyntaxNode | null
  findAll(matcher: { rule: Record<string, unknown> }): SyntaxNode[]
}

interface Position {
  /** From 0. */
  line: number
  /** In UTF-16 units, like the indices of a string. */
  index: number
}

export type Parse = (path: string, text: string) => SyntaxNode

/** The language of each kind of file, by ast-grep's names. */
const LANGUAGES: Readonly<Record<string, 'JavaScript' | 'TypeScript' | 'Tsx'>> = {
  '.js': 'JavaScript',
  '.mjs': 'JavaScript',
  '.cjs': 'JavaScript',
  '.jsx': 'JavaScript',
  '.ts': 'TypeScript',
  '.mts': 'TypeScript',
  '.cts': 'TypeScript',
  '.tsx': 'Tsx',
}

export function isSource(path: string): boolean {
  return extname(path) in LANGUAGES && !path.endsWith('.min.js')
}

/** The parser is an optional package: only one command needs it, and it is ten times as large as all the others. */
export async function loadParser(): Promise<Parse> {
  try {
    const { parse, Lang } = await import('@ast-grep/napi')
    return (path, text) => {
      const language = Lang[LANGUAGES[extname(path)] ?? 'JavaScript']
      return parse(language, text).root() as unknown as SyntaxNode
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error('move-app needs a parser: npm install --save-dev @ast-grep/napi', { cause: error })
  }
}

/** The value of a string literal without escapes. */
export function literal(node: SyntaxNode): string | undefined {
  return /^(['"`])([^\\$]*)\1$/s.exec(node.text())?.[2]
}

/** The children with a meaning, without punctuation, keywords and comments. */
export function parts(node: SyntaxNode): SyntaxNode[] {
  return node.children().filter(child => child.isNamed() && child.kind() !== 'comment')
}

/** Each string literal with this test, in order. */
export function stringsIn(root: SyntaxNode, test: (text: string) => boolean): SyntaxNode[] {
  const found = [
    ...root.findAll({ rule: { kind: 'string' } }),
    ...root.findAll({ rule: { kind: 'template_string' } }),
  ]
  return found.filter(node => test(literal(node) ?? ''))
}

/** The call whose argument this is. */
export function callAround(node: SyntaxNode): SyntaxNode | undefined {
  const list = node.parent()
  const call = list?.kind() === 'arguments' ? list.parent() : null
  return call?.kind() === 'call_expression' ? call : undefined
}

/** The kind, for a node that may be missing. */
export function kindOf(node: SyntaxNode | null | undefined): string | undefined {
  return node?.kind()
}
