import type { SessionData } from '@coatcheck/session'
import { MemoryStore, type MemoryStoreOptions } from '@coatcheck/store-memory'
import { onTestFinished, vi } from 'vitest'

/** A store that is closed when the test ends. */
export function openStore(options: MemoryStoreOptions = {}): MemoryStore {
  const store = new MemoryStore(options)
  onTestFinished(() => store.close())
  return store
}

/** Session data with a lifetime in milliseconds, or without an end. */
export function sessionOf(data: object = {}, maxAge?: number): SessionData {
  const expires = maxAge === undefined ? null : new Date(Date.now() + maxAge).toISOString()
  return { cookie: { originalMaxAge: maxAge ?? null, expires, path: '/' }, ...data } as never
}

/** Both clocks stand still, at so many milliseconds after the first call. */
export function at(ms: number): void {
  if (!vi.isFakeTimers()) {
    const toFake = ['Date', 'performance'] as const
    vi.useFakeTimers({ toFake: [...toFake], now: Date.UTC(2030, 0, 1, 12) })
    onTestFinished(() => void vi.useRealTimers())
    now = 0
  }
  vi.advanceTimersByTime(ms - now)
  now = ms
}

let now = 0

/** The warnings of this code that the process has given during the test. */
export function watchWarnings(code: string): string[] {
  const warnings: string[] = []
  const listen = (warning: Error & { code?: string }) => {
    if (warning.code === code) warnings.push(warning.message)
  }
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  return warnings
}

/** What has been put off to the next turn of the event loop has happened then. */
export function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
