import { AsyncLocalStorage } from 'node:async_hooks'
import { after } from '../values/patience.ts'

/** A running rule, which takes uncaught errors. */
export interface Owner {
  late(error: unknown): void
}

type Listener = (error: unknown, ...rest: unknown[]) => void

const context: AsyncLocalStorage<Owner> = new AsyncLocalStorage()
const running = new Set<Owner>()
const strays = new Set<Listener>()
let removed: Listener[] | undefined

/**
 * During runs, uncaught exceptions and unhandled rejections go to the rule whose calls have caused them. If the store has lost
 * the async context, they go to the only running rule, or else to `stray`. All runs of a process share the guard. Returns the
 * function that removes it.
 */
export function installGuard(stray: (error: unknown) => void): () => void {
  strays.add(stray)
  if (!removed) {
    removed = process.listeners('unhandledRejection') as Listener[]
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', dispatch)
    if (!process.hasUncaughtExceptionCaptureCallback()) process.setUncaughtExceptionCaptureCallback(dispatch)
    else process.on('uncaughtException', dispatch)
  }
  return () => {
    strays.delete(stray)
    if (strays.size === 0) uninstall()
  }
}

function uninstall(): void {
  process.removeListener('unhandledRejection', dispatch)
  if (process.listeners('uncaughtException').includes(dispatch))
    process.removeListener('uncaughtException', dispatch)
  else process.setUncaughtExceptionCaptureCallback(null)
  for (const listener of removed ?? []) process.on('unhandledRejection', listener)
  removed = undefined
}

function dispatch(error: unknown): void {
  const only = running.size === 1 ? [...running][0] : undefined
  const owner = context.getStore() ?? only
  if (owner) owner.late(error)
  else for (const stray of strays) stray(error)
}

/** Runs `work` so that its uncaught errors go to `owner`. */
export async function guarded<T>(owner: Owner, work: () => Promise<T>): Promise<T> {
  running.add(owner)
  try {
    return await context.run(owner, work)
  } finally {
    running.delete(owner)
  }
}

/** Stops waiting after `ms`. The work itself continues, and its later failure is ignored. */
export async function within<T>(ms: number, work: Promise<T>, onTimeout: () => Error): Promise<T> {
  let stop = (): void => {}
  const timeout = new Promise<never>((_, reject) => {
    stop = after(ms, () => reject(onTimeout()))
  })
  work.catch(() => {})
  try {
    return await Promise.race([work, timeout])
  } finally {
    stop()
  }
}
