import { isMiss } from '../calls/entries.ts'
import type { StoreHandle } from '../calls/handle.ts'
import { Failure, textOf } from '../errors.ts'
import type { Smoke } from '../reports/report.ts'
import type { Need } from '../subject/needs.ts'
import { capabilitiesOf, hooksOf } from '../subject/offered.ts'
import { guarded } from '../trial/guard.ts'
import { type Setting, Trial } from '../trial/trial.ts'

/** What is known before the first rule. */
export interface Findings {
  readonly smoke: Smoke
  readonly offered: ReadonlySet<Need>
  readonly learned: readonly string[]
  readonly commands: Record<string, number>
  /** 1 or 1000 milliseconds, as declared or as measured. */
  readonly granularityMs: number
  /** The class of the store, for subjects without a name. */
  readonly storeName: string
}

/** Makes a store, saves, reads and removes one session. Whoever fails here has a wrong subject file, most likely. */
export async function smokeTest(setting: Setting): Promise<Findings> {
  const trial = new Trial(setting, 'SMOKE')
  let offered: ReadonlySet<Need> = new Set()
  let learned: readonly string[] = []
  let commands: Record<string, number> = {}
  let message = ''
  let storeName = 'store'
  let granularityMs = setting.subject.granularityMs ?? 1
  try {
    await guarded(trial, async () => {
      const handle = await trial.open()
      storeName = checkStore(handle)
      learned = await useOnce(trial, handle)
      const shared = setting.subject.shared ?? (await sharesSessions(trial, handle))
      granularityMs = setting.subject.granularityMs ?? (await measureGranularity(trial, handle))
      const subject = { ...setting.subject, granularityMs }
      offered = new Set<Need>([
        ...capabilitiesOf(subject, handle.store, trial.seen, shared),
        ...hooksOf(subject, trial.chaos.used),
      ])
      commands = await countCommands(trial, handle)
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
  }
}

/** Gives the name of the store's class. */
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
 * Whether a second store ever sees what the first has saved. One that never does keeps its sessions in the process, which is no
 * fault; one that sees them late, or keeps old copies, does share them and is judged.
 */
async function sharesSessions(trial: Trial, handle: StoreHandle): Promise<boolean> {
  await handle.outcome('set', ['shared', trial.session({ n: 1 })])
  const other = await trial.open()
  for (let left = 5; left > 0; left--) {
    if (!isMiss(await other.outcome('get', ['shared']))) return true
    await trial.wait(20)
  }
  return false
}

/**
 * A store that counts in seconds keeps a session up to a second longer than it was told. What is there longer than that, or for
 * ever, is measured in milliseconds, and the rules on expiry will say so.
 */
async function measureGranularity(trial: Trial, handle: StoreHandle): Promise<1 | 1000> {
  const life = 100
  const born = Date.now()
  await handle.outcome('set', ['granularity', trial.session({ n: 1 }, { maxAge: life })])
  const gone = async () => isMiss(await handle.outcome('get', ['granularity']))
  await trial.wait(life + 60)
  if (await gone()) return 1
  while (Date.now() - born < life + 1350) {
    await trial.wait(50)
    if (await gone()) return 1000
  }
  return 1
}

/**
 * Saves, reads and removes one session; gives the fields that the store adds to it. Patient, since a store that is
 * slow to start or has its own idea of success shall be judged by the rules, with a better message.
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
