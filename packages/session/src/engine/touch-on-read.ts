import type { Session, SessionRequest } from '../session/session.ts'
import { isCombined } from '../store/combined-operation.ts'
import type { GetOptions } from '../store/renewal.ts'
import type { Settings } from './options.ts'

/** Requests that change nothing by RFC 9110, section 9.2.1: of these most only read the session. */
const SAFE_METHODS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** A request that has lasted longer than this, in milliseconds, or a hundredth of the lifetime, touches its session in the end. */
const FRESH = 1000

/** What a request asks of the read of its session so that it needs no touch, and what has come of it. */
export class TouchOnRead implements GetOptions {
  readonly renew: number | null
  readonly #begun = performance.now()
  /** The session that was renewed. */
  session: Session | undefined

  constructor(renew: number | null) {
    this.renew = renew
  }

  /** For a request that most likely only reads. */
  static for({ method }: SessionRequest, { renew, store }: Settings): TouchOnRead | undefined {
    if (renew === undefined || !SAFE_METHODS.has(method) || !isCombined(store, 'get')) return undefined
    return new TouchOnRead(renew)
  }

  /** Whether a touch of `session` now would give it the life that it has, give or take what the request has lasted. */
  holds(session: Session, lifetime: number = Number.POSITIVE_INFINITY): boolean {
    if (session !== this.session || session.cookie.originalMaxAge !== this.renew) return false
    return performance.now() - this.#begun <= Math.min(FRESH, lifetime / 100)
  }
}
