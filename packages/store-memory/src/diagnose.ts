import { createRequire } from 'node:module'
import type { Finding } from '@coatcheck/session'
import type { MemoryUsage } from './memory-usage.ts'

/** From this part of a bound on, the finding is a warning. */
const NEARLY_FULL = 0.9

/** The findings about a store in memory. */
export function diagnose(usage: MemoryUsage, max: number, maxBytes: number): Finding[] {
  return [
    { name: 'packages', level: 'ok', text: `@coatcheck/store-memory ${versionIn('../package.json')}` },
    { name: 'memory', level: 'ok', text: 'sessions are in this process only, and end with it' },
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
    text: `${text}: a full store removes live sessions`,
  }
}

/** The version in the package.json of this package. */
function versionIn(manifest: string): string {
  try {
    return createRequire(import.meta.url)(manifest).version
  } catch {
    return 'of unknown version'
  }
}
