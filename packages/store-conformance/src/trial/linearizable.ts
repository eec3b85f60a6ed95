/** One operation on a register, with the times of its call and its return. */
export interface Operation {
  readonly kind: 'read' | 'write'
  /** The value that was written (`undefined`: the register was emptied), or that the read returned. */
  readonly value: unknown
  readonly start: number
  readonly end: number
  /** The call of this write was never answered: it may have happened at any time after `start`, or not at all. */
  readonly unknown?: boolean
  /** For messages. */
  readonly label?: string
}

/** The result; `unknown` when the search was stopped. */
export interface Verdict {
  readonly verdict: 'yes' | 'no' | 'unknown'
  /** The longest legal order of operations. */
  readonly prefix: readonly Operation[]
  /** Operations that could come next by their time, but are not legal after this order. */
  readonly stuck: readonly Operation[]
}

interface Search {
  readonly operations: readonly Operation[]
  readonly seen: Set<string>
  steps: number
  best: readonly number[]
}

/**
 * Whether an order of the operations explains every read of one register. In that order, an operation may not come before one that had
 * returned when it was called. This is the search of Wing and Gong with the memo of Lowe. It stops after `maxSteps`. Values are
 * compared with `===`.
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

/** Operations that are left and can come next: no other one had to precede them. */
function candidates(search: Search, done: readonly number[]): number[] {
  const open = search.operations.map((_, index) => index).filter(index => !done.includes(index))
  const endOf = ({ end, unknown }: Operation): number => (unknown ? Number.POSITIVE_INFINITY : end)
  const firstEnd = Math.min(...open.map(index => endOf(search.operations[index]!)))
  return open.filter(index => search.operations[index]!.start <= firstEnd)
}
