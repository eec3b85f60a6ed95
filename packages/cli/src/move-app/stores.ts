import type { Edit } from './edits.ts'
import type { Findings } from './findings.ts'
import { isModuleName } from './middleware.ts'
import { OTHERS, PEERS, type Peer } from './peers.ts'
import { moveOptions } from './store-options.ts'
import { callAround, kindOf, literal, parts, type SyntaxNode, stringsIn } from './syntax.ts'

/** Puts Coatcheck's stores in the place of others. What cannot be decided stays: those stores work under the new middleware too. */
export function moveStores(root: SyntaxNode, findings: Findings): void {
  for (const peer of PEERS) {
    const mentions = stringsIn(root, text => text === peer.name).filter(isModuleName)
    if (mentions.length === 0) continue
    const [mention] = mentions as [SyntaxNode]
    const moved = mentions.length > 1 ? 'it is imported more than once' : new Move(peer, root, mention).run()
    if (typeof moved === 'string') {
      findings.keep(peer.name)
      findings.note(mention, `${peer.name} stays, because ${moved}`)
      continue
    }
    findings.edits.push(...moved.edits)
    for (const note of moved.notes) findings.note(mention, note)
    findings.moved(peer.name)
  }
  for (const mention of stringsIn(root, text => OTHERS.includes(text)).filter(isModuleName)) {
    findings.keep(literal(mention) as string)
    findings.note(mention, `${literal(mention)} stays: it works under @coatcheck/session`)
  }
}

/** Kinds of identifiers in both languages. */
const IDENTIFIERS = new Set([
  'identifier',
  'type_identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
])

/** The move of one store in one file. Its methods return a sentence where they cannot decide. */
class Move {
  readonly #peer: Peer
  readonly #root: SyntaxNode
  readonly #mention: SyntaxNode
  readonly #edits: Edit[] = []
  readonly #notes: string[] = []
  /** Uses of names that are accounted for, by their places. */
  readonly #known = new Set<number>()
  /** The name of the new class in this file. */
  #Store = ''

  constructor(peer: Peer, root: SyntaxNode, mention: SyntaxNode) {
    this.#peer = peer
    this.#root = root
    this.#mention = mention
  }

  run(): { edits: Edit[]; notes: string[] } | string {
    const taken = this.#uses(this.#peer.Store)
    const statement = this.#mention.parent() as SyntaxNode
    const problem =
      statement.kind() === 'import_statement' ? this.#import(statement, taken) : this.#require(taken)
    return problem ?? { edits: this.#edits, notes: this.#notes }
  }

  /** `import Name from '...'` or `import { Name } from '...'` */
  #import(statement: SyntaxNode, taken: SyntaxNode[]): string | undefined {
    const clause = statement.children().find(child => child.kind() === 'import_clause')
    const [binding, ...more] = clause ? parts(clause) : []
    if (!binding || more.length > 0 || /^import type\b/.test(statement.text()))
      return 'its import has another form'
    const name = binding.kind() === 'identifier' ? binding : this.#named(binding)
    if (!name) return 'its import has another form'
    const text = () => {
      const alias = this.#Store === this.#peer.Store ? '' : ` as ${this.#Store}`
      const quote = this.#mention.text()[0]
      const end = statement.text().endsWith(';') ? ';' : ''
      return `import { ${this.#peer.Store}${alias} } from ${quote}${this.#peer.to}${quote}${end}`
    }
    return this.#declared(statement, name, taken, text, binding.kind() !== 'identifier')
  }

  /** `const Name = require('...')`, with `(session)`, `.default` or `{ Name }` */
  #require(taken: SyntaxNode[]): string | undefined {
    const loaded = callAround(this.#mention)
    if (kindOf(loaded?.field('function')) !== 'identifier') return 'it is loaded in another way'
    const member = loaded?.parent()
    const isMember = kindOf(member) === 'member_expression'
    const value = (isMember ? member : loaded) as SyntaxNode
    const factory = value.parent()
    const isCalled = kindOf(factory) === 'call_expression'
    const module = `require(${this.#mention.text().replace(this.#peer.name, this.#peer.to)})`
    const outer = (isCalled ? factory : value) as SyntaxNode
    if (kindOf(outer.parent()) === 'parenthesized_expression' && isCalled) {
      return this.#construction(outer.parent() as SyntaxNode, `${module}.${this.#peer.Store}`)
    }
    const declarator = outer.parent()
    const pattern = declarator?.field('name')
    if (kindOf(declarator) !== 'variable_declarator' || !pattern) return 'it is loaded in another way'
    const name = pattern.kind() === 'identifier' ? pattern : this.#named(pattern)
    if (!name) return 'it is loaded in another way'
    const text = () => {
      const alias = this.#Store === this.#peer.Store ? '' : `: ${this.#Store}`
      return `{ ${this.#peer.Store}${alias} } = ${module}`
    }
    return this.#declared(
      declarator as SyntaxNode,
      name,
      taken,
      text,
      isCalled || isMember || name !== pattern,
    )
  }

  /** The local name, if the class is the only one that is taken by name. */
  #named(list: SyntaxNode): SyntaxNode | undefined {
    const [entry, ...more] = parts(list)
    if (!entry || more.length > 0) return undefined
    const imported = entry.field('name') ?? entry.field('key') ?? entry
    if (imported.text() !== this.#peer.named) return undefined
    return (
      entry.field('alias') ?? entry.field('value') ?? (entry.kind() === 'import_specifier' ? imported : entry)
    )
  }

  /** What is declared under `name` is the class, or the function that makes it. */
  #declared(
    place: SyntaxNode,
    name: SyntaxNode,
    taken: SyntaxNode[],
    text: () => string,
    surelyClass: boolean,
  ): string | undefined {
    this.#account(name)
    const factory = surelyClass ? undefined : this.#factoryCall(name.text())
    if (!factory && !surelyClass && this.#peer.exports === 'factory') return 'it is used in another way'
    const problem = factory ? this.#made(factory, taken) : this.#knownAs(name.text(), taken)
    if (problem) return problem
    const left = this.#uses(name.text()).find(use => !this.#known.has(use.range().start.index))
    if (left) return `"${name.text()}" is also used in line ${left.range().start.line + 1}`
    this.#replace(place, text())
    return undefined
  }

  /** `connect(session)` */
  #factoryCall(name: string): SyntaxNode | undefined {
    if (this.#peer.exports === 'class') return undefined
    const calls = this.#root.findAll({ rule: { kind: 'call_expression' } })
    return calls.find(call => call.field('function')?.text() === name)
  }

  /** `const Name = connect(session)` or `new (connect(session))(options)` */
  #made(call: SyntaxNode, taken: SyntaxNode[]): string | undefined {
    this.#account(call.field('function') as SyntaxNode)
    const around = call.parent() as SyntaxNode
    if (around.kind() === 'parenthesized_expression') {
      this.#Store = this.#peer.Store
      return taken.length > 0
        ? `the file has another ${this.#peer.Store}`
        : this.#construction(around, this.#Store)
    }
    const name = around.field('name')
    const statement = around.parent()
    if (around.kind() !== 'variable_declarator' || kindOf(name) !== 'identifier' || !statement) {
      return 'it is used in another way'
    }
    if (parts(statement).length !== 1 || kindOf(statement.parent()) === 'export_statement') {
      return 'its class is declared in another way'
    }
    this.#account(name as SyntaxNode)
    const problem = this.#knownAs((name as SyntaxNode).text(), taken)
    if (!problem) this.#removeLine(statement)
    return problem
  }

  /** The class is known as `name` in this file. */
  #knownAs(name: string, taken: SyntaxNode[]): string | undefined {
    this.#Store = taken.length === 0 || name === this.#peer.Store ? this.#peer.Store : name
    for (const use of this.#uses(name)) {
      if (this.#known.has(use.range().start.index)) continue
      this.#account(use)
      if (use.kind() === 'type_identifier') {
        this.#replace(use, this.#Store)
        continue
      }
      const problem = this.#construction(use, this.#Store)
      if (problem) return problem
    }
    return undefined
  }

  /** `new Class(options)`, or `Class.create(options)` */
  #construction(use: SyntaxNode, Store: string): string | undefined {
    const around = use.parent() as SyntaxNode
    const isNew = around.kind() === 'new_expression'
    const isCreate = around.kind() === 'member_expression' && around.field('property')?.text() === 'create'
    const whole = isCreate ? around.parent() : around
    const list = whole?.field('arguments')
    if (!(isNew || isCreate) || !list) return `"${use.text()}" is used in another way in line ${lineOf(use)}`
    const moved = moveOptions(this.#peer, list)
    if (typeof moved === 'string') return moved
    this.#notes.push(...moved.notes)
    this.#edits.push(...moved.edits)
    const start = (whole as SyntaxNode).range().start.index
    const end = list.range().start.index
    if (moved.url === undefined) {
      this.#edits.push({ start, end, text: Store.includes('(') ? `new (${Store})` : `new ${Store}` })
    } else {
      const only = moved.edits.length === 1 && moved.edits[0]?.text === ''
      this.#edits.push({ start, end: end + 1, text: `${Store}.open(${moved.url}${only ? '' : ', '}` })
    }
    return undefined
  }

  /** Identifiers with this name, except the names of properties. */
  #uses(name: string): SyntaxNode[] {
    const found = this.#root.findAll({ rule: { regex: `^${name.replaceAll('$', '\\$')}$` } })
    return found.filter(node => IDENTIFIERS.has(node.kind()))
  }

  #account(node: SyntaxNode): void {
    this.#known.add(node.range().start.index)
  }

  #replace(node: SyntaxNode, text: string): void {
    this.#edits.push({ start: node.range().start.index, end: node.range().end.index, text })
  }

  /** With the empty line behind it, if there is one in front of it too. */
  #removeLine(statement: SyntaxNode): void {
    const { start, end } = statement.range()
    const offset = this.#root.range().start.index
    const text = this.#root.text()
    const isApart = /\n[ \t]*\r?\n[ \t]*$/.test(text.slice(0, start.index - offset))
    const lines = isApart ? /^[ \t]*\r?\n([ \t]*\r?\n)?/ : /^[ \t]*\r?\n/
    const rest = lines.exec(text.slice(end.index - offset))?.[0].length ?? 0
    this.#edits.push({ start: start.index, end: end.index + rest, text: '' })
  }
}

function lineOf(node: SyntaxNode): number {
  return node.range().start.line + 1
}
