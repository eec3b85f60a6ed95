import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Progress, type Report, type RunOptions, runConformance } from '../src/index.ts'
import { typescript } from './mutants/execute.ts'
import { type Callback, type Data, ReferenceStore } from './mutants/reference.ts'
import { type StoreClass, subjectOf } from './mutants/reference-subject.ts'

function run(Store: StoreClass, only: string[], options: RunOptions = {}): Promise<Report> {
  return runConformance(subjectOf(Store), { only, ...options })
}

const verdicts = (report: Report): Record<string, string> =>
  Object.fromEntries(report.rules.map(rule => [rule.id, rule.verdict]))

/** After each touch, the clock is put forward by the next of these delays, in milliseconds. Each is removed when it is used. */
function withSlowTouches(delays: number[]): StoreClass {
  vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true })
  onTestFinished(() => void vi.useRealTimers())
  return class extends ReferenceStore {
    override async _touch(sid: string, session: Data): Promise<void> {
      await super._touch(sid, session)
      vi.setSystemTime(Date.now() + (delays.shift() ?? 0))
    }
  }
}

describe('the run ends', () => {
  test('although a method never answers', async () => {
    const report = await run(
      class extends ReferenceStore {
        override touch(): unknown {
          return undefined
        }
      },
      ['TCH-02', 'API-03', 'API-02'],
    )
    expect(verdicts(report)).toEqual({ 'API-02': 'pass', 'API-03': 'fail', 'TCH-02': 'fail' })
    // The cookie is shown with what is left of its minute.
    expect(report.rules[2]?.message).toMatch(
      /^touch\("a", Session\{n: 2, added: true, cookie: (60000|59\d\d\d) ms\}\) was not answered within 2500 ms$/,
    )
  })

  test('although the store throws in a later tick; the rule at work fails, not its neighbours', async () => {
    const report = await run(
      class extends ReferenceStore {
        override async _touch(sid: string, session: Data): Promise<void> {
          if (sid === 'nobody') setTimeout(() => Promise.reject(new Error('late')), 0)
          await super._touch(sid, session)
        }
      },
      ['TCH-02', 'TCH-03', 'TCH-04'],
    )
    expect(verdicts(report)).toEqual({ 'TCH-02': 'pass', 'TCH-03': 'pass', 'TCH-04': 'fail' })
    expect(report.rules[2]?.message).toBe('an error that nobody could catch: Error: late')
    expect(report.stray).toEqual([])
  })

  test('although callbacks come twice', async () => {
    const report = await run(
      class extends ReferenceStore {
        override get(sid: string, callback?: Callback): unknown {
          return super.get(sid, (error, value) => {
            callback?.(error, value)
            callback?.(error, value)
          })
        }
      },
      ['API-04', 'TCH-02'],
    )
    expect(verdicts(report)).toEqual({ 'API-04': 'fail', 'TCH-02': 'pass' })
    expect(report.rules[0]?.steps.join('\n')).toContain('called back 2 times')
  })

  test('when it is aborted', async () => {
    const controller = new AbortController()
    const onProgress = ({ type }: Progress): void => (type === 'begin' ? controller.abort() : undefined)
    const report = await run(ReferenceStore, ['touch'], { signal: controller.signal, onProgress })
    expect(new Set(report.rules.map(rule => rule.message))).toEqual(new Set(['the run was aborted']))
    expect(report.conforms).toBe(false)
  })
})

describe('a child process', () => {
  test('that the store ends fails the rule at work, and the others go on', async () => {
    const url = new URL('./support/exits.ts', import.meta.url)
    const report = await runConformance(url, {
      only: ['API-08', 'API-09', 'API-13'],
      module: { url: url.href },
      ...typescript,
    })
    expect(verdicts(report)).toEqual({ 'API-08': 'pass', 'API-09': 'fail', 'API-13': 'pass' })
    expect(report.rules[1]?.message).toBe('the process ended with exit code 7')
  })

  test('that cannot load the subject leaves the rules unverified', async () => {
    const module = { url: 'file:///nowhere/store.ts' }
    const report = await run(ReferenceStore, ['API-08'], { module, ...typescript })
    expect(report.rules[0]?.verdict).toBe('unverified')
    expect(report.rules[0]?.message).toMatch(
      /^the child process did not start: UsageError: .*could not be loaded/,
    )
  })
})

describe('before the rules', () => {
  test('a subject whose store cannot be made fails the smoke test', async () => {
    const report = await runConformance(() => Promise.reject(new Error('no database')))
    expect(report).toMatchObject({ conforms: false, rules: [], smoke: { ok: false } })
    expect(report.smoke.message).toBe('create() failed with Error: no database')
  })

  test('fields that the store adds are learned, and do not fail other rules', async () => {
    const report = await run(
      class extends ReferenceStore {
        override serialize(session: Data): string {
          return JSON.stringify({ ...session, __lastAccess: 1 })
        }
      },
      ['TCH-02'],
    )
    expect(verdicts(report)).toEqual({ 'TCH-02': 'pass' })
  })
})

describe('rules that do not run', () => {
  test('are not applicable without the method, unverified without the hook', async () => {
    const report = await runConformance(
      () => {
        const store = new ReferenceStore({ client: undefined as never, prefix: '' })
        const rows = new Map<string, string>()
        return Object.assign(store, {
          touch: undefined,
          _get: async (sid: string) => rows.has(sid) && JSON.parse(rows.get(sid)!),
          _set: async (sid: string, session: Data) => void rows.set(sid, JSON.stringify(session)),
          _destroy: async (sid: string) => void rows.delete(sid),
        })
      },
      { only: ['TCH-03', 'API-11'] },
    )
    expect(verdicts(report)).toEqual({ 'API-11': 'unverified', 'TCH-03': 'not-applicable' })
  })

  test('a waiver counts until its day, and then the rule fails', async () => {
    const waive = { 'TCH-03': { reason: 'known' }, 'TCH-04': { reason: 'known', until: '2020-01-01' } }
    const report = await runConformance(subjectOf(ReferenceStore, { waive }), { only: ['TCH-03', 'TCH-04'] })
    expect(verdicts(report)).toEqual({ 'TCH-03': 'waived', 'TCH-04': 'fail' })
    expect(report.conforms).toBe(false)
  })

  test('quick leaves out what waits', async () => {
    const report = await run(ReferenceStore, ['TCH-01', 'TCH-02'], { quick: true })
    expect(verdicts(report)).toEqual({ 'TCH-01': 'unverified', 'TCH-02': 'pass' })
  })
})

describe('rules beside others', () => {
  test('a rule that passes alone is told apart, and does not count', async () => {
    let open = 0
    const report = await run(
      class extends ReferenceStore {
        override async _touch(sid: string, session: Data): Promise<void> {
          open++
          await new Promise(resolve => setTimeout(resolve, 50))
          const many = open > 1
          open--
          if (many) throw new Error('Too many connections')
          await super._touch(sid, session)
        }
      },
      ['TCH-02', 'TCH-03', 'TCH-04', 'TCH-09'],
    )
    const beside = report.rules.filter(rule => rule.onlyBesideOthers)
    expect(beside.length).toBeGreaterThan(0)
    expect(beside[0]?.message).toContain('only beside other rules: alone it passes')
    expect(report.conforms).toBe(true)
  })

  test('a rule for which store or machine were too slow is run once more at the end', async () => {
    const delays = [...Array(20).fill(10_000), 0]
    const report = await run(withSlowTouches(delays), ['TCH-01'])
    expect(delays).toEqual([])
    expect(verdicts(report)).toEqual({ 'TCH-01': 'pass' })
  })

  test('touches that take longer than a minute are no fault', async () => {
    // The first try takes 30 seconds, and is too late. So the second one has 90 seconds, and takes 88.
    const delays = [...Array(60).fill(500), ...Array(60).fill(1460)]
    const report = await run(withSlowTouches(delays), ['TCH-18'])
    expect(delays).toEqual([])
    expect(verdicts(report)).toEqual({ 'TCH-18': 'pass' })
  })

  test('a clear() that deletes a thousand sessions one by one has longer than other calls', async () => {
    const report = await run(
      class extends ReferenceStore {
        override clear(callback?: Callback): unknown {
          void this.rows().then(({ length }) => setTimeout(() => super.clear(callback), length * 2.5))
          return undefined
        }
      },
      ['ENU-03', 'ENU-09'],
    )
    expect(verdicts(report)).toEqual({ 'ENU-03': 'pass', 'ENU-09': 'pass' })
  })

  test('a clear() that empties the whole server fails the rules on clear(), and no others', async () => {
    const report = await run(
      class extends ReferenceStore {
        override async _clear(): Promise<void> {
          await this.client.removeAll('')
        }
      },
      ['NS-01', 'NS-02', 'DEL-01', 'DEL-03', 'ENU-04', 'ENU-09', 'CON-01', 'CON-03'],
    )
    const broken = report.rules.filter(rule => rule.verdict !== 'pass').map(({ id }) => id)
    expect(broken).toEqual(['NS-02'])
  })

  test('concurrency: so many rules with bulk are under way at once, also on a backend that is slow to answer', async () => {
    class Slow extends ReferenceStore {
      override async _get(...asked: Parameters<ReferenceStore['_get']>): Promise<Data> {
        await new Promise(resolve => setTimeout(resolve, 5))
        return super._get(...asked)
      }
    }
    const mostAtOnce = async (options: RunOptions) => {
      const [begun, most] = [new Set<string>(), [0]]
      const onProgress = (progress: Progress) => {
        if (progress.type === 'start') begun.add(progress.rule.id)
        if (progress.type === 'result') begun.delete(progress.rule.id)
        most.push(begun.size)
      }
      const report = await run(Slow, ['CON-03', 'CON-05', 'CON-06', 'CON-07'], { onProgress, ...options })
      expect(report.conforms).toBe(true)
      return Math.max(...most)
    }
    expect(await mostAtOnce({ concurrency: 2 })).toBe(2)
    expect(await mostAtOnce({})).toBe(4)
  })

  test('where all rules share one set of sessions, each has ids of its own', async () => {
    const seen = new Set<string>()
    const subject = subjectOf(
      class extends ReferenceStore {
        override async _set(sid: string, session: Data): Promise<void> {
          seen.add(sid)
          await super._set(sid, session)
        }
      },
      { namespaces: false },
    )
    const report = await runConformance(subject, { only: ['DEL-01', 'DEL-05'] })
    expect(verdicts(report)).toEqual({ 'DEL-01': 'pass', 'DEL-05': 'pass' })
    expect([...seen]).toEqual(expect.arrayContaining(['del010_a', 'del050_a']))
  })

  test('a store that counts in whole seconds is known as one, whenever the run begins', async () => {
    class Seconds extends ReferenceStore {
      override expiry(session: Data) {
        const { expires, fromCookie } = super.expiry(session)
        return { expires: Math.ceil(expires / 1000) * 1000, fromCookie }
      }
    }
    const measured: unknown[] = []
    for (const phase of [0, 300, 550, 850]) {
      await new Promise(resolve => setTimeout(resolve, (1000 + phase - (Date.now() % 1000)) % 1000))
      const { granularityMs: _, ...subject } = subjectOf(Seconds)
      const report = await runConformance(subject, { only: ['API-02'] })
      measured.push(report.subject.config.granularityMs)
    }
    expect(measured).toEqual([1000, 1000, 1000, 1000])
  })
})
