/** One operation on a register, with the time of its call and of its return. */
export interface Operation {
  readonly kind: 'read' | 'write'
  /** What was written (`undefined`: the register was emptied), or what the read gave. */
  readonly value: unknown
  readonly start: number
  readonly end: number
  /** A write whose call was never answered: it may have happened at any time after `start`, or not at all. */
  readonly unknown?: boolean
  /** For messages. */
  readonly label?: string
}

/** `unknown` when the search was given up. */
export interface Verdict {
  readonly verdict: 'yes' | 'no' | 'unknown'
  /** The longest order of operations that was legal. */
  readonly prefix: readonly Operation[]
  /** After that prefix, operations that could come next by time and fit nowhere. */
  readonly stuck: readonly Operation[]
}

interface Search {
  readonly operations: readonly Operation[]
  readonly seen: Set<string>
  steps: number
  best: readonly number[]
}

/**
 * Whether some order of the operations, in which none comes before one that had returned when it was called,
 * explains every read of one register. The search of Wing and Gong, with the memo of Lowe; it is given up after
 * `maxSteps`. Values are compared with `===`.
 */
export function linearizable(
  operations: readonly Operation[],
  initial: unknown = undefined,
  maxSteps = 200_000,
): Verdict {
  const search: Search = { operations, seen: new Set(), steps: maxSteps, best: [] }
  const found = extend(search, [], initial)
  const prefix = search.best.map(index => operations[index]!)
  const stuck = found ? [] : candidates(search, search.best).map(index => operations[index]!)
  return { verdict: found ? 'yes' : search.steps > 0 ? 'no' : 'unknown', prefix, stuck }
}

function extend(search: Search, done: readonly number[], value: unknown): boolean {
  if (done.length > search.best.length) search.best = done
  const open = search.operations.filter((_, index) => !done.includes(index))
  if (open.every(operation => operation.unknown)) return true
  const key = `${[...done].sort((a, b) => a - b).join()}|${typeof value}:${String(value)}`
  if (search.seen.has(key) || search.steps-- <= 0) return false
  search.seen.add(key)
  return candidates(search, done).some(index => {
    const operation = search.operations[index]!
    if (operation.kind === 'write') return extend(search, [...done, index], operation.value)
    return operation.value === value && extend(search, [...done, index], value)
  })
}

/** Those not done yet that no other one had to precede. */
function candidates(search: Search, done: readonly number[]): number[] {
  const open = search.operations.map((_, index) => index).filter(index => !done.includes(index))
  const endOf = ({ end, unknown }: Operation): number => (unknown ? Number.POSITIVE_INFINITY : end)
  const firstEnd = Math.min(...open.map(index => endOf(search.operations[index]!)))
  return open.filter(index => search.operations[index]!.start <= firstEnd)
}
