import { AsyncLocalStorage } from 'node:async_hooks'
import { after } from '../values/patience.ts'

/** Whoever is running; takes the errors that nobody catches. */
export interface Owner {
  late(error: unknown): void
}

type Listener = (error: unknown, ...rest: unknown[]) => void

const context: AsyncLocalStorage<Owner> = new AsyncLocalStorage()
const running = new Set<Owner>()
const strays = new Set<Listener>()
let removed: Listener[] | undefined

/**
 * While runs are going on, uncaught exceptions and unhandled rejections go to the rule whose calls they come from,
 * or, where the store lost that trace, to the only rule running; else to `stray`. There is one process, so the
 * guard is shared by all runs in it. Returns the function that takes it away.
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

/** Runs `work` so that errors nobody catches, which come from it, go to `owner`. */
export async function guarded<T>(owner: Owner, work: () => Promise<T>): Promise<T> {
  running.add(owner)
  try {
    return await context.run(owner, work)
  } finally {
    running.delete(owner)
  }
}

/** Gives up waiting after `ms`; the work itself goes on, its later failure is nobody's. */
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
