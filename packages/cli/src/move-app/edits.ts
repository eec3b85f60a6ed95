/** Replaces the text from `start` to `end`. */
export interface Edit {
  start: number
  end: number
  text: string
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text
  for (const { start, end, text: inserted } of ordered(edits).reverse()) {
    result = result.slice(0, start) + inserted + result.slice(end)
  }
  return result
}

/** Lines of context in a diff. */
const CONTEXT = 3

/** Lines that the edits replace: from `first` up to but not including `last`, counted from 0. */
interface Region {
  first: number
  last: number
  lines: string[]
}

/** A unified diff that `git apply` takes. */
export function unifiedDiff(path: string, text: string, edits: readonly Edit[]): string {
  const before = linesOf(text)
  const regions = regionsOf(text, before, edits)
  let [out, shift] = [`--- a/${path}\n+++ b/${path}\n`, 0]
  for (const hunk of hunksOf(regions)) {
    out += hunkText(before, hunk, shift)
    shift += hunk.reduce((sum, { first, last, lines }) => sum + lines.length - (last - first), 0)
  }
  return out
}

function hunkText(before: readonly string[], hunk: readonly Region[], shift: number): string {
  const first = Math.max(0, (hunk[0] as Region).first - CONTEXT)
  const last = Math.min(before.length, (hunk.at(-1) as Region).last + CONTEXT)
  const body: string[] = []
  let at = first
  for (const region of hunk) {
    body.push(...marked(' ', before.slice(at, region.first)))
    body.push(...marked('-', before.slice(region.first, region.last)), ...marked('+', region.lines))
    at = region.last
  }
  body.push(...marked(' ', before.slice(at, last)))
  const removed = body.filter(line => line[0] !== '+').length
  const added = body.filter(line => line[0] !== '-').length
  return `@@ -${first + 1},${removed} +${first + shift + 1},${added} @@\n${body.join('')}`
}

function marked(sign: string, lines: readonly string[]): string[] {
  return lines.map(line => sign + (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`))
}

/** Regions that are near each other are one hunk. */
function hunksOf(regions: readonly Region[]): Region[][] {
  const hunks: Region[][] = []
  for (const region of regions) {
    const end = hunks.at(-1)?.at(-1)?.last ?? Number.NEGATIVE_INFINITY
    if (region.first - end <= 2 * CONTEXT) hunks.at(-1)?.push(region)
    else hunks.push([region])
  }
  return hunks
}

function regionsOf(text: string, lines: readonly string[], edits: readonly Edit[]): Region[] {
  const starts = [0]
  for (const line of lines) starts.push((starts.at(-1) as number) + line.length)
  const lineAt = (index: number) =>
    Math.max(
      0,
      starts.findLastIndex(start => start <= index),
    )
  const groups: { first: number; last: number; edits: Edit[] }[] = []
  for (const edit of ordered(edits)) {
    const first = Math.min(lineAt(edit.start), lines.length - 1)
    const last = Math.min(lineAt(Math.max(edit.start, edit.end - 1)), lines.length - 1) + 1
    const group = groups.at(-1)
    if (group && first < group.last) {
      group.last = Math.max(group.last, last)
      group.edits.push(edit)
    } else groups.push({ first, last, edits: [edit] })
  }
  return groups.map(({ first, last, edits }) => {
    const [from, to] = [starts[first] as number, starts[last] as number]
    const moved = edits.map(edit => ({ ...edit, start: edit.start - from, end: edit.end - from }))
    return trimmed(lines, { first, last, lines: linesOf(applyEdits(text.slice(from, to), moved)) })
  })
}

/** Without the lines that stay the same at its beginning: an edit may begin with a line feed. */
function trimmed(before: readonly string[], { first, last, lines }: Region): Region {
  let same = 0
  while (same < lines.length && first + same < last && lines[same] === before[first + same]) same++
  return { first: first + same, last, lines: lines.slice(same) }
}

/** Each with its line feed. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function ordered(edits: readonly Edit[]): Edit[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
}
