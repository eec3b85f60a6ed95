import { performance } from 'node:perf_hooks'
import type { Renewal } from '@coatcheck/session'
import type { Runner } from './runner.ts'
import { LONGEST, MOST, type Statements } from './statements.ts'

// Bound when this file is loaded, because tests replace the clock.
const now = performance.now.bind(performance)

/** After the server has refused a touch on read, reads do not touch for this many milliseconds: it would refuse them too. */
const PAUSE = 2000

/** A row of a session. */
export interface Row {
  sid: string
  data: string | null
  ttl: number | string
  renewed: boolean
}

/**
 * Reads of one store. If the touch on read is not possible, the read is plain: it does not fail because of a replica, a full disk, a
 * locked table or a missing right. A row that another transaction has locked is read but not touched, because a read must not wait.
 */
export class Reads {
  #pausedUntil = 0

  /** The live sessions of these ids, at most MOST. They are `renewed` if the touch has reached all of them. */
  async rows(
    runner: Runner,
    { read, readMany, renew, renewMany }: Statements,
    ids: readonly string[],
    renewal: Renewal | undefined,
  ): Promise<Row[]> {
    const one = ids.length === 1
    const { rows }: { rows: Row[] } = await runner.run(one ? read : readMany, filled(ids))
    if (!renewal || now() < this.#pausedUntil) return rows
    const renewable = rows.filter(({ data }) => data?.startsWith(renewal.prefix))
    if (renewable.length === 0) return rows
    const { prefix, ttl } = renewal
    // In the order of the statement's placeholders.
    const values = [Buffer.byteLength(prefix), prefix, lifetime(ttl)]
    const held = filled(
      renewable.map(({ sid }) => sid),
      one,
    )
    const answer = await runner.runIfPossible(one ? renew : renewMany, [...held, ...values])
    if (!answer) this.#pausedUntil = now() + PAUSE
    // If some were locked, the statement does not return which. Then the touch at the end of each request follows.
    if (answer?.affected === renewable.length) for (const row of renewable) row.renewed = true
    return rows
  }
}

/** A lifetime in whole milliseconds. */
export function lifetime(ttl: number): number {
  return Math.ceil(Math.min(ttl, LONGEST))
}

/** As many ids as the statement has placeholders. */
function filled(ids: readonly string[], one: boolean = ids.length === 1): string[] {
  return one ? [...ids] : Array.from({ length: MOST }, (_, i) => ids[i] ?? (ids[0] as string))
}
