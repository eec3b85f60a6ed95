import type { StoreHandle } from '../calls/handle.ts'
import { Failure, textOf } from '../errors.ts'
import type { Smoke } from '../reports/report.ts'
import type { Need } from '../subject/needs.ts'
import { capabilitiesOf, hooksOf } from '../subject/offered.ts'
import { guarded } from '../trial/guard.ts'
import type { Measured, Setting } from '../trial/setting.ts'
import { Trial } from '../trial/trial.ts'
import {
  clearReachesOthers,
  measureGranularity,
  measureLatency,
  ownsConnection,
  sharesSessions,
} from './measure.ts'

/** What the smoke test has found out, before the first rule. */
export interface Findings {
  readonly smoke: Smoke
  readonly offered: ReadonlySet<Need>
  readonly learned: readonly string[]
  readonly commands: Record<string, number>
  /** 1 or 1000 milliseconds, declared or measured. */
  readonly granularityMs: number
  /** The class of the store, for subjects without a name. */
  readonly storeName: string
  readonly measured: Measured
}

/** Makes a store, saves, reads and removes one session. If this fails, the subject file is probably wrong. */
export async function smokeTest(setting: Setting): Promise<Findings> {
  const trial = new Trial(setting, 'SMOKE')
  let offered: ReadonlySet<Need> = new Set()
  let learned: readonly string[] = []
  let commands: Record<string, number> = {}
  let message = ''
  let storeName = 'store'
  let warm = false
  let latencyMs = 0
  let closes = false
  let clearsAll = false
  let granularityMs = setting.subject.granularityMs ?? 1
  try {
    await guarded(trial, async () => {
      const handle = await trial.open()
      warm = await handle.warmUp()
      storeName = checkStore(handle)
      learned = await useOnce(trial, handle)
      const other = await trial.open()
      if (warm) await other.warmUp()
      latencyMs = await measureLatency(handle)
      const shared = setting.subject.shared ?? (await sharesSessions(trial, handle, other))
      closes = ownsConnection(handle.store, other.store)
      granularityMs = setting.subject.granularityMs ?? (await measureGranularity(trial, handle))
      const subject = { ...setting.subject, granularityMs }
      offered = new Set<Need>([
        ...capabilitiesOf(subject, handle.store, trial.seen, shared),
        ...hooksOf(subject, trial.chaos.used),
      ])
      commands = await countCommands(trial, handle)
      clearsAll = await clearReachesOthers(trial, handle)
    })
  } catch (error) {
    message = error instanceof Failure ? error.message : textOf(error)
  }
  if (!message && trial.uncaught.length > 0)
    message = `an error that nobody could catch: ${textOf(trial.uncaught[0])}`
  const steps = message ? trial.recorder.lines() : []
  await guarded(trial, () => trial.end()).catch(() => {})
  return {
    smoke: { ok: message === '', message, steps },
    offered,
    learned,
    commands,
    granularityMs,
    storeName,
    measured: { warm, latencyMs, closes, clearsAll },
  }
}

/** Returns the name of the store's class. */
function checkStore(handle: StoreHandle): string {
  if (typeof handle.store !== 'object' || handle.store === null) {
    throw new Failure(`create() gave ${handle.store === null ? 'null' : typeof handle.store}, want a store`)
  }
  for (const method of ['get', 'set', 'destroy']) {
    if (typeof handle.store[method] !== 'function') throw new Failure(`the store has no method ${method}()`)
  }
  const { name } = handle.store.constructor ?? {}
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : 'store'
}

/**
 * Saves, reads and removes one session. Returns the fields that the store adds to it. It is patient: a store that starts slowly, or
 * answers in an unusual way, should fail a rule, which has a better message.
 */
async function useOnce(trial: Trial, handle: StoreHandle): Promise<string[]> {
  for (let left = 3; ; left--) {
    try {
      await answered(handle, 'set', ['smoke', trial.session({ n: 1 })])
      const got = await readBack(trial, handle)
      await answered(handle, 'destroy', ['smoke'])
      return Object.keys(got).filter(key => key !== 'n' && key !== 'cookie')
    } catch (error) {
      if (left === 1) throw error
      await trial.wait(100)
    }
  }
}

async function answered(handle: StoreHandle, method: string, args: unknown[]): Promise<unknown> {
  const { failed, error, value } = await handle.outcome(method, args)
  if (failed && error instanceof Error) throw new Failure(`${method}() failed with ${textOf(error)}`)
  return value
}

async function readBack(trial: Trial, handle: StoreHandle): Promise<object> {
  for (let left = 5; ; left--) {
    const got = await answered(handle, 'get', ['smoke'])
    if (typeof got === 'object' && got !== null) return got
    if (left === 1)
      throw new Failure(`get() after set() gave ${got === null ? 'null' : typeof got}, want the session`)
    await trial.wait(20)
  }
}

async function countCommands(trial: Trial, handle: StoreHandle): Promise<Record<string, number>> {
  if (!trial.chaos.used) return {}
  const counts: Record<string, number> = {}
  const session = trial.session({ n: 1 })
  for (const method of ['set', 'get', 'touch', 'destroy']) {
    if (typeof handle.store[method] !== 'function') continue
    trial.chaos.takeCounts()
    const args = method === 'set' || method === 'touch' ? ['smoke', session] : ['smoke']
    await handle.outcome(method, args, { mayHang: true })
    counts[method] = Object.values(trial.chaos.takeCounts()).reduce((sum, count) => sum + count, 0)
  }
  return counts
}
