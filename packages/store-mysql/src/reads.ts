import { performance } from 'node:perf_hooks'
import type { Renewal } from '@coatcheck/session'
import type { Runner } from './runner.ts'
import { LONGEST, MOST, type Statements } from './statements.ts'

// Bound at load: tests replace the clock.
const now = performance.now.bind(performance)

/** Milliseconds without renewing reads after the server has refused one: what is refused once is refused for a while. */
const PAUSE = 2000

/** A row of a session. */
export interface Row {
  sid: string
  data: string | null
  ttl: number | string
  renewed: boolean
}

/**
 * Reads of one store. Where renewing fails they are plain reads: a replica, a full disk, a locked table or a missing right are no reasons
 * to fail. A row that somebody else holds is not renewed, since a read waits for nobody.
 */
export class Reads {
  #pausedUntil = 0

  /** The live sessions of these ids, at most MOST of them; they are `renewed` if all that can be were. */
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
    // In the order in which the statement names them.
    const values = [Buffer.byteLength(prefix), prefix, lifetime(ttl)]
    const held = filled(
      renewable.map(({ sid }) => sid),
      one,
    )
    const answer = await runner.runIfPossible(one ? renew : renewMany, [...held, ...values])
    if (!answer) this.#pausedUntil = now() + PAUSE
    // Which of them somebody holds is not told: then a touch renews each.
    if (answer?.affected === renewable.length) for (const row of renewable) row.renewed = true
    return rows
  }
}

/** A lifetime in whole milliseconds. */
export function lifetime(ttl: number): number {
  return Math.ceil(Math.min(ttl, LONGEST))
}

/** As many ids as the statement has places for. */
function filled(ids: readonly string[], one: boolean = ids.length === 1): string[] {
  return one ? [...ids] : Array.from({ length: MOST }, (_, i) => ids[i] ?? (ids[0] as string))
}
