import { Pulse } from '../calls/pulse.ts'
import { textOf } from '../errors.ts'
import { rules } from '../rules/index.ts'
import { runRule } from '../running/run-rule.ts'
import { tearDown } from '../running/tear-down.ts'
import { loadSubject } from '../subject/load.ts'
import type { Subject } from '../subject/subject.ts'
import { installGuard } from '../trial/guard.ts'
import type { Setting } from '../trial/setting.ts'
import type { Assignment, News } from './protocol.ts'

function tell(news: News): Promise<void> {
  return new Promise(resolve => process.send?.(news, () => resolve()))
}

async function load(assignment: Assignment): Promise<Subject | undefined> {
  try {
    const subject = await loadSubject(assignment.module)
    await subject.setup?.()
    return subject
  } catch (error) {
    await tell({ type: 'unloadable', message: textOf(error) })
    return undefined
  }
}

async function work(assignment: Assignment): Promise<void> {
  const loaded = await load(assignment)
  if (!loaded) return
  const { run, seed, learned, granularityMs, measured } = assignment
  const subject = granularityMs === undefined ? loaded : { ...loaded, granularityMs }
  const onStray = (message: string): void => void tell({ type: 'stray', message })
  const offered = new Set(assignment.offered)
  const setting: Setting = {
    subject,
    offered,
    learned,
    run,
    seed,
    pulse: new Pulse(),
    onStray,
    ...(measured ? { measured } : {}),
  }
  const remove = installGuard(error => onStray(textOf(error)))
  await tell({ type: 'ready' })
  for (const id of assignment.rules) {
    const rule = rules.find(candidate => candidate.id === id)
    if (!rule) continue
    await tell({ type: 'start', id })
    await tell({ type: 'result', result: await runRule(rule, setting) })
  }
  remove()
  await tearDown(subject).catch(() => {})
  await tell({ type: 'done' })
}

process.once('message', (assignment: Assignment) => {
  work(assignment).finally(() => process.exit(0))
})
process.once('disconnect', () => process.exit(0))
