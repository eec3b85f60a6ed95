import type { Edit } from './edits.ts'
import type { SyntaxNode } from './syntax.ts'

/** A line that a person has to look at. */
export interface Note {
  /** Relative to the folder of the app. */
  path: string
  line: number
  text: string
}

/** What is to be changed in one file, and what could not be decided. */
export class Findings {
  readonly edits: Edit[] = []
  readonly notes: Note[] = []
  /** Packages that the file has used and does not need any more. */
  readonly gone: Set<string> = new Set()
  /** Packages that the file still needs. */
  readonly kept: Set<string> = new Set()
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  note(node: SyntaxNode, text: string): void {
    this.notes.push({ path: this.path, line: node.range().start.line + 1, text })
  }

  replace(node: SyntaxNode, text: string): void {
    const { start, end } = node.range()
    this.edits.push({ start: start.index, end: end.index, text })
  }

  moved(name: string): void {
    this.gone.add(name)
  }

  keep(name: string): void {
    this.kept.add(name)
  }
}
