import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'

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

/** A unified diff that `git apply` takes. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const options = { context: 3, headerOptions: FILE_HEADERS_ONLY }
  return createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, options)
}

function ordered(edits: readonly Edit[]): Edit[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
}
