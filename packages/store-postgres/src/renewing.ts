import { performance } from 'node:perf_hooks'
import type { Renewal } from '@coatcheck/session'
import type { PostgresResult } from './client.ts'
import type { Runner, StatementCall } from './runner.ts'
import { LONGEST, type Statement } from './statements.ts'

// Bound at load: tests replace the clock.
const now = performance.now.bind(performance)

/** Milliseconds without renewing reads after the server has refused one: what is refused once is refused for a while. */
const PAUSE = 2000

/** A statement that reads, and one that starts lifetimes anew as well. */
export interface ReadStatements {
  readonly read: Statement
  readonly renew: Statement
}

/**
 * Reads of one store. One that cannot renew is a plain read: a standby, a full disk, a locked table or a missing right are no reasons
 * to fail, and none to wait.
 */
export class Reads {
  #pausedUntil = 0

  async rows(
    runner: Runner,
    { read, renew }: ReadStatements,
    /** An id, or an array of ids as PostgreSQL writes it. */
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
