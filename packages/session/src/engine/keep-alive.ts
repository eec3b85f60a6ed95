import { clearInterval, clearTimeout, setInterval, setTimeout } from '../calls/timers.ts'
import type { Writer } from '../concurrency/writer.ts'
import type { Door } from './door.ts'

/** A session that the sweep checks; one in a weak reference until it is collected as garbage. */
type Entry = KeptAlive | WeakRef<KeptAlive>

/** The session of a request that keeps it alive. */
export interface KeptAlive {
  readonly door: Door
  readonly settings: { readonly touches: boolean }
  readonly writer: Pick<Writer, 'touch'>
  /** Whether the save or touch at the end of the response has begun. */
  readonly completed: boolean
  keepAliveTimer: NodeJS.Timeout | undefined
  /** When the sweep has to touch it, by `performance.now()`. */
  keepAliveDue: number
  /** Its place in the sweep. */
  keepAliveEntry: Entry | undefined
  /** Restart the lifetime. Returns it in milliseconds; `undefined` when there is nothing to extend. */
  extend(): number | undefined
  report(error: unknown): void
}

/** The longest delay of a timer in Node, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** A sweep touches sessions with a longer lifetime than this, in milliseconds: that costs a request less than a timer. */
const SWEPT = 120_000

/** Milliseconds between two sweeps. */
const SWEEP_INTERVAL = 20_000

const swept = new Set<Entry>()
let sweeping: NodeJS.Timeout | undefined

/**
 * Keep the session valid until its request has ended, however long an upload or a stream takes (Jakarta Servlet 6.0, section 7.5): touch
 * it each time half of its lifetime has passed. `ttl` is the rest of the lifetime in milliseconds.
 */
export function keepAlive(own: KeptAlive, ttl: number): void {
  if (!(ttl > 0) || !own.settings.touches) return
  if (ttl < SWEPT) {
    own.keepAliveTimer = timer(ttl, () => touchAndGoOn(own))
    return
  }
  own.keepAliveDue = performance.now() + ttl / 2
  // There is no event for a standard `Request` that is dropped. A weak reference lets its session be collected.
  own.keepAliveEntry = own.door.tellsEnd ? own : new WeakRef(own)
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
    const own = entry instanceof WeakRef ? entry.deref() : entry
    if (own && !own.door.ended && now < own.keepAliveDue) continue
    swept.delete(entry)
    if (own) touchAndGoOn(own)
  }
  if (swept.size > 0) return
  clearInterval(sweeping)
  sweeping = undefined
}

/** The delay is a power of two, because Node keeps timers with the same delay in one list, which makes them cheap. */
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
