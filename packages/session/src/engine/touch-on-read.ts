import type { Settings } from '../options/settings.ts'
import type { GetOptions } from '../records/renewal.ts'
import type { Session } from '../session/session.ts'

/** Methods that change nothing (RFC 9110, section 9.2.1). Most such requests only read the session. */
const SAFE_METHODS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** A request that takes longer than this, in milliseconds, or than 1 % of the lifetime touches its session at the end as well. */
const FRESH = 1000

/** The store touches the session as it reads it, so that a request which only reads needs no second call. */
export class TouchOnRead implements GetOptions {
  readonly renew: number | null
  readonly #begun = performance.now()
  /** The session that the read has touched. */
  session: Session | undefined

  constructor(renew: number | null) {
    this.renew = renew
  }

  /** For a request with this method; `undefined` if the read must change nothing. */
  static for(method: string | undefined, { renew }: Settings): TouchOnRead | undefined {
    return renew === undefined || !SAFE_METHODS.has(method) ? undefined : new TouchOnRead(renew)
  }

  /** Whether the touch on read is recent enough, so that another touch of `session` is not needed. */
  holds(session: Session, lifetime: number = Number.POSITIVE_INFINITY): boolean {
    if (session !== this.session || session.cookie.originalMaxAge !== this.renew) return false
    return performance.now() - this.#begun <= Math.min(FRESH, lifetime / 100)
  }
}
