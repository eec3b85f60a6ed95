import { runConformance } from '../../src/index.ts'
import type { Generated } from './generate.ts'

/** What became of one store: the rule that it fell by, or nothing. */
export interface Fate {
  readonly store: Generated
  readonly fell: string | undefined
}

const broken = new Set(['fail', 'warn', 'flaky', 'error'])

/** Holds a store to all rules, as strictly as can be. A faulty one is let go at the first rule that it breaks. */
export async function judge(store: Generated, untilFirst: boolean): Promise<Fate> {
  const over = new AbortController()
  let fell: string | undefined
  const report = await runConformance(store.subject(), {
    seed: 'generator',
    signal: over.signal,
    onProgress: progress => {
      if (progress.type !== 'result' || progress.result.level === 'MAY') return
      if (!untilFirst || fell !== undefined || !broken.has(progress.result.verdict)) return
      fell = progress.result.id
      over.abort()
    },
  })
  if (!report.smoke.ok) return { store, fell: 'the smoke test' }
  const found = report.rules.filter(rule => rule.level !== 'MAY' && broken.has(rule.verdict))
  const texts = found.map(({ id, verdict, message }) => `${id} ${verdict}: ${message}`)
  return { store, fell: fell ?? (texts.join('; ') || undefined) }
}

/** Judges all, some at a time, and tells each fate when it is known. */
export async function judgeAll(
  stores: readonly Generated[],
  untilFirst: boolean,
  width: number,
  onFate: (fate: Fate) => void = () => {},
): Promise<Fate[]> {
  const queue = [...stores]
  const fates: Fate[] = []
  const worker = async (): Promise<void> => {
    for (let store = queue.shift(); store; store = queue.shift()) {
      const fate = await judge(store, untilFirst)
      fates.push(fate)
      onFate(fate)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return fates
}
