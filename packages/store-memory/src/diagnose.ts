import { createRequire } from 'node:module'
import type { Finding } from '@coatcheck/session'
import type { MemoryUsage } from './memory-store.ts'

/** Of a bound, as a part of 1: from here on it is worth a look. */
const NEARLY_FULL = 0.9

/** What is to be known about a store in memory. */
export function diagnose(usage: MemoryUsage, max: number, maxBytes: number): Finding[] {
  return [
    { name: 'packages', level: 'ok', text: `@coatcheck/store-memory ${versionIn('../package.json')}` },
    { name: 'memory', level: 'ok', text: 'sessions are in this process alone, and gone when it ends' },
    fill('max', usage.sessions, max, 'sessions'),
    fill('maxBytes', usage.bytes, maxBytes, 'bytes'),
  ]
}

function fill(name: string, used: number, bound: number, unit: string): Finding {
  const text = `${used} of ${bound} ${unit}`
  if (used < bound * NEARLY_FULL) return { name, level: 'ok', text }
  return {
    name,
    level: 'warning',
    text: `${text}: where there is no room, sessions go that have not expired`,
  }
}

/** A file of the package itself, or of one that can be found from it. */
function versionIn(manifest: string): string {
  try {
    return createRequire(import.meta.url)(manifest).version
  } catch {
    return 'of unknown version'
  }
}
