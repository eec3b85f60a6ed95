/** The names here of options that other packages call otherwise. */
export type OtherNames = Readonly<Record<string, string>>

/**
 * Throws a TypeError when `options` has a name that is not among `known`. The message suggests the name that was probably meant: the one
 * in `others`, or a similar one. `what` says in the message whose options they are, such as `'the session cookie'`.
 */
export function checkOptionNames(
  options: object,
  known: readonly string[],
  what?: string,
  others?: OtherNames,
): void {
  const [problem] = unknownNames(options, known, what, others)
  if (problem) throw new TypeError(problem)
}

/** A sentence for each name of `options` that is not among `known`. Options that are `undefined` count as not given. */
export function unknownNames(
  options: object,
  known: readonly string[],
  what = 'this package',
  others: OtherNames = {},
): string[] {
  return Object.entries(options)
    .filter(([name, value]) => value !== undefined && !known.includes(name))
    .map(([name]) => {
      const other = others[name] as string
      const meant = known.includes(other) ? other : closest(name, known)
      return `The option "${name}" is not an option of ${what}${meant ? `; did you mean "${meant}"?` : ''}`
    })
}

/** How many letters may differ in a name that was probably meant. */
const DIFFERENCES = 2

/** The name that was probably meant, if there is one. */
export function closest(name: string, known: readonly string[]): string | undefined {
  const distances = known.map(other => [distance(name.toLowerCase(), other.toLowerCase()), other] as const)
  const [best] = distances.sort(([a], [b]) => a - b)
  return best && best[0] <= Math.min(DIFFERENCES, name.length - 1) ? best[1] : undefined
}

/** How many letters must be inserted, removed or replaced to turn one text into the other (V. Levenshtein, 1965). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
