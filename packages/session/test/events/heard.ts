import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import type { SessionEvents, SessionOperation, SessionTrace } from '@coatcheck/session'
import { onTestFinished } from 'vitest'

type Name = keyof SessionEvents extends `coatcheck:${infer N}` ? N : never

export const POINTS: readonly Name[] = [
  'created',
  'renewed',
  'destroyed',
  'expired',
  'rejected',
  'conflict',
  'revival-refused',
  'owner-limit',
  'corrupt',
]

export const OPERATIONS: readonly SessionOperation[] = [
  'load',
  'save',
  'touch',
  'destroy',
  'regenerate',
  'update',
]

/** A message with the name of its channel. */
export interface Heard {
  name: string
  [field: string]: unknown
}

/** Every message of these channels until the test ends. */
export function hear(names: readonly Name[] = POINTS): Heard[] {
  const heard: Heard[] = []
  for (const name of names) {
    const listener = (message: unknown) => void heard.push({ name, ...(message as object) })
    subscribe(`coatcheck:${name}`, listener)
    onTestFinished(() => void unsubscribe(`coatcheck:${name}`, listener))
  }
  return heard
}

/** Every event of the tracing channels until the test ends, with the message as it was then. */
export function hearTraces(operations: readonly SessionOperation[] = OPERATIONS): Heard[] {
  const heard: Heard[] = []
  for (const operation of operations) {
    const note = (event: string) => (message: unknown) =>
      void heard.push({ name: `${operation}:${event}`, ...(message as SessionTrace) })
    const handlers = {
      start: note('start'),
      end: note('end'),
      asyncStart: note('asyncStart'),
      asyncEnd: note('asyncEnd'),
      error: note('error'),
    }
    const channel = tracingChannel(`coatcheck:${operation}`)
    channel.subscribe(handlers)
    onTestFinished(() => void channel.unsubscribe(handlers))
  }
  return heard
}

/** Let `work` run each time before this hook of the store. */
export function doFirst(store: object, hook: string, work: () => unknown): void {
  const own = (store as Record<string, (...args: unknown[]) => unknown>)[hook]
  const both = (...args: unknown[]) => {
    work()
    return own?.apply(store, args)
  }
  Object.assign(store, { [hook]: both })
}
