import { performance } from 'node:perf_hooks'
import type { Renewal } from '@coatcheck/session'
import type { PostgresResult } from './client.ts'
import type { Runner, StatementCall } from './runner.ts'
import { LONGEST, type Statement } from './statements.ts'

// Bound when this file is loaded, because tests replace the clock.
const now = performance.now.bind(performance)

/** After the server has refused a touch on read, reads do not touch for this many milliseconds: it would refuse them too. */
const PAUSE = 2000

/** A statement that reads, and one that also touches. */
export interface ReadStatements {
  readonly read: Statement
  readonly renew: Statement
}

/**
 * Reads of one store. If the touch on read is not possible, the read is plain: it neither fails nor waits because of a standby, a full
 * disk, a locked table or a missing right.
 */
export class Reads {
  #pausedUntil = 0

  async rows(
    runner: Runner,
    { read, renew }: ReadStatements,
    /** An id, or an array of ids in the format of PostgreSQL. */
    ids: string,
    renewal: Renewal | undefined,
  ): Promise<PostgresResult['rows']> {
    if (!renewal || now() < this.#pausedUntil) return (await runner.run(read, [ids])).rows
    const renewing: StatementCall = [renew, [ids, renewal.prefix, Math.min(renewal.ttl, LONGEST)]]
    const refused = () => {
      this.#pausedUntil = now() + PAUSE
    }
    return (await runner.runOr(renewing, [read, [ids]], refused)).rows
  }
}
