import type { Driver } from './driver.ts'

/**
 * Milliseconds after which a member without a session is removed. A younger one may belong to a session that is being written: its member
 * is written first.
 */
const SETTLED = 600_000

/** How many of the oldest members a write checks. So the set of an owner does not grow with sessions that have expired. */
const CHECKED = 2

/**
 * The ids of each owner's sessions, in a sorted set for each owner. The score is the time at which the session got the owner. A set may have
 * more ids than there are sessions, and never less. Sets and sessions are in different slots of a cluster, so each command has one key.
 */
export class OwnerIndex {
  readonly #driver: Driver
  readonly #prefix: string

  /** `prefix` is that of the sessions. */
  constructor(driver: Driver, prefix: string) {
    this.#driver = driver
    this.#prefix = prefix
  }

  /** The prefix of the sets. */
  get prefix(): string {
    return `${this.#prefix}coatcheck.owner:`
  }

  /** Add a session that will be written next. Returns old members, of which some may have no session any more. */
  async add(owner: string, sid: string): Promise<string[]> {
    const key = this.prefix + owner
    const [, oldest] = await Promise.all([
      this.#driver.command(key, ['zadd', key, 'nx', String(Date.now()), sid]),
      this.#driver.command(key, [
        'zrangebyscore',
        key,
        '-inf',
        String(Date.now() - SETTLED),
        'limit',
        '0',
        String(CHECKED),
      ]),
    ])
    return (oldest as unknown[]).map(String)
  }

  /** Remove those of the old members that have no session. */
  async trim(owner: string, sids: readonly string[]): Promise<void> {
    const there = await Promise.all(
      sids.map(async sid =>
        Number(await this.#driver.command(this.#prefix + sid, ['exists', this.#prefix + sid])),
      ),
    )
    await this.#remove(
      owner,
      sids.filter((_, i) => there[i] === 0),
    )
  }

  /** The ids of an owner, with those of sessions that have ended. */
  async sids(owner: string): Promise<string[]> {
    const key = this.prefix + owner
    return ((await this.#driver.command(key, ['zrange', key, '0', '-1'])) as unknown[]).map(String)
  }

  /** Remove those members without a session that are old enough. */
  async forget(owner: string, sids: readonly string[]): Promise<void> {
    if (sids.length === 0) return
    const key = this.prefix + owner
    const settled = Date.now() - SETTLED
    const scores = await Promise.all(sids.map(sid => this.#driver.command(key, ['zscore', key, sid])))
    await this.#remove(
      owner,
      sids.filter((_, i) => scores[i] !== null && Number(scores[i]) < settled),
    )
  }

  async #remove(owner: string, sids: readonly string[]): Promise<void> {
    const key = this.prefix + owner
    if (sids.length > 0) await this.#driver.command(key, ['zrem', key, ...sids])
  }
}
