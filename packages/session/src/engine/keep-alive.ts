import { clearInterval, clearTimeout, setInterval, setTimeout } from '../calls/timers.ts'
import type { Writer } from '../concurrency/writer.ts'
import type { Door } from './door.ts'

/** A session that is looked at now and then, as long as there is one. */
interface Entry {
  deref(): KeptAlive | undefined
}

/** The session of a request, as far as it is kept alive. */
export interface KeptAlive {
  readonly door: Door
  readonly settings: { readonly touches: boolean }
  readonly writer: Pick<Writer, 'touch'>
  /** What is left to do for the session at the end has begun. */
  readonly completed: boolean
  keepAliveTimer: NodeJS.Timeout | undefined
  /** When it has to be touched, by `performance.now()`, where a sweep does that. */
  keepAliveDue: number
  /** Its place in the sweep. */
  keepAliveEntry: Entry | undefined
  /** Start the lifetime anew. Gives it in milliseconds; `undefined` where there is nothing to extend. */
  extend(): number | undefined
  report(error: unknown): void
}

/** The longest time of a timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** Sessions with more life than this, in milliseconds, are looked at now and then, which costs a request less than a timer. */
const SWEPT = 120_000

/** Milliseconds between two looks. */
const SWEEP_INTERVAL = 20_000

const swept = new Set<Entry>()
let sweeping: NodeJS.Timeout | undefined

/**
 * A session that is valid when a request arrives stays valid until the request has ended, however long an upload or a stream takes
 * (Jakarta Servlet 6.0, section 7.5): it is touched each time that half of its life has passed. `ttl` is what is left of that, in
 * milliseconds.
 */
export function keepAlive(own: KeptAlive, ttl: number): void {
  if (!(ttl > 0) || !own.settings.touches) return
  if (ttl < SWEPT) {
    own.keepAliveTimer = timer(ttl, () => touchAndGoOn(own))
    return
  }
  own.keepAliveDue = performance.now() + ttl / 2
  // Nobody tells when a request of the web standard is dropped: then nothing else refers to its session any more.
  own.keepAliveEntry = own.door.tellsEnd ? { deref: () => own } : new WeakRef(own)
  swept.add(own.keepAliveEntry)
  sweeping ??= setInterval(sweep, SWEEP_INTERVAL).unref()
}

/** The request has ended. */
export function endKeepAlive(own: KeptAlive): void {
  if (own.keepAliveEntry) swept.delete(own.keepAliveEntry)
  if (own.keepAliveTimer === undefined) return
  clearTimeout(own.keepAliveTimer)
  own.keepAliveTimer = undefined
}

function sweep(): void {
  const now = performance.now()
  for (const entry of swept) {
    const own = entry.deref()
    if (own && !own.door.ended && now < own.keepAliveDue) continue
    swept.delete(entry)
    if (own) touchAndGoOn(own)
  }
  if (swept.size > 0) return
  clearInterval(sweeping)
  sweeping = undefined
}

/** A power of two: Node keeps timers of one duration in one list, which makes most of them cheap. */
function timer(ttl: number, work: () => void): NodeJS.Timeout {
  const ms = Math.min(2 ** Math.floor(Math.log2(ttl / 2)), LONGEST)
  return setTimeout(work, Math.max(ms, 1)).unref()
}

function touchAndGoOn(own: KeptAlive): void {
  own.keepAliveTimer = undefined
  const lifetime = own.door.ended ? undefined : own.extend()
  if (lifetime === undefined) return
  own.writer.touch((error, present) => {
    if (error) own.report(error)
    if (present === false || own.door.ended || own.completed) return
    const weak = new WeakRef(own)
    own.keepAliveTimer = timer(lifetime, () => {
      const still = weak.deref()
      if (still) touchAndGoOn(still)
    })
  })
}
