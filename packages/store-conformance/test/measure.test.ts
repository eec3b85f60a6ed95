import { describe, expect, test } from 'vitest'
import { Failure, Unverified } from '../src/errors.ts'
import { rules, runConformance } from '../src/index.ts'
import { ownsConnection } from '../src/running/measure.ts'
import { budgetOf, runRule, unlessTooLate } from '../src/running/run-rule.ts'
import type { Trial } from '../src/trial/trial.ts'
import { type Data, ReferenceStore } from './mutants/reference.ts'
import { subjectOf } from './mutants/reference-subject.ts'

const connection = () => ({ end() {}, query() {} })
const store = (client: object) => ({ client, close() {}, get() {}, set() {}, destroy() {} })

describe('the connection of a store', () => {
  test('is its own where each store has made one: close() is called when a rule is over', () => {
    expect(ownsConnection(store(connection()), store(connection()))).toBe(true)
  })

  test('is not its own where two stores hold the same one', () => {
    const shared = connection()
    expect(ownsConnection(store(shared), store(shared))).toBe(false)
  })

  test('is not its own where the store has no close(), or nothing that could be ended', () => {
    const { close, ...endless } = store(connection())
    expect(ownsConnection(endless, store(connection()))).toBe(false)
    expect(ownsConnection(store({ query() {} }), store({ query() {} }))).toBe(false)
  })
})

test('a store with 250 ms of latency has eleven times as long for a rule', () => {
  const [rule] = rules
  const measured = { latencyMs: 250, warm: true, closes: false, clearsAll: false }
  expect(budgetOf(rule!, { measured })).toBe(11 * budgetOf(rule!, {}))
})

test('a store that counts in seconds is known as such on a machine that stands still for most of a second', async () => {
  let stops = 0
  const Seconds = class extends ReferenceStore {
    override expiry(session: Data) {
      const { expires, fromCookie } = super.expiry(session)
      return { expires: Math.ceil(expires / 1000) * 1000, fromCookie }
    }
    override async _get(sid: string, renew?: number | null) {
      if (sid.startsWith('granularity') && stops++ < 2)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200)
      return super._get(sid, renew)
    }
  }
  const report = await runConformance(
    { ...subjectOf(Seconds), granularityMs: undefined as never },
    { only: ['EXP-02'] },
  )
  expect(stops).toBeGreaterThanOrEqual(2)
  expect(report.subject.config.granularityMs).toBe(1000)
  expect(report.rules.map(({ verdict }) => verdict)).toEqual(['pass'])
})

test('a failure after more than a minute is no verdict: the sessions of the rule may have ended', () => {
  const failure = new Failure('get("a") gave undefined')
  expect(unlessTooLate(failure, performance.now() - 59_000)).toBe(failure)
  const late = unlessTooLate(failure, performance.now() - 61_000)
  expect(late).toBeInstanceOf(Unverified)
  expect(late.message).toBe('the rule took 61 s, and its sessions live for a minute: get("a") gave undefined')
})

test('a rule that is not finished in time, although the store answers, has no verdict', async () => {
  const [some] = rules
  let going = true
  const slow = {
    ...some!,
    budgetMs: 50,
    async run(t: Trial) {
      const store = await t.open()
      while (going) await store.get('a')
    },
  }
  const setting = {
    subject: subjectOf(ReferenceStore),
    offered: new Set<never>(),
    learned: [],
    run: 'r',
    seed: 's',
  }
  const result = await runRule(slow, setting)
  going = false
  expect(result).toMatchObject({
    verdict: 'unverified',
    tooSlow: true,
    message: expect.stringMatching(
      /^store or machine were too slow: the rule was not finished within \d+ ms$/,
    ),
  })
})

test('prune() may count fewer than were there, where a timer of the store was faster, but not each time', async () => {
  const Faster = (times: number) =>
    class extends ReferenceStore {
      override async _prune() {
        const expired = await super._prune()
        return expired > 0 && times-- > 0 ? 0 : expired
      }
    }
  const verdictOf = async (times: number) => {
    const report = await runConformance(subjectOf(Faster(times)), { only: ['REC-05'] })
    return report.rules[0]?.verdict
  }
  expect([await verdictOf(1), await verdictOf(100)]).toEqual(['pass', 'fail'])
})

test('a read may do without a touch where the database is busy: that is not taken for a store that never touches', async () => {
  let reads = 0
  const Busy = class extends ReferenceStore {
    override async _renew(sid: string, renew: Parameters<ReferenceStore['_renew']>[1]) {
      return reads++ < 2 ? super._get(sid) : super._renew(sid, renew)
    }
  }
  const verdictOf = async (rule: string) => {
    reads = 0
    return (await runConformance(subjectOf(Busy), { only: [rule] })).rules[0]?.verdict
  }
  expect([await verdictOf('REN-01'), await verdictOf('REN-02')]).toEqual(['pass', 'pass'])
})

test('where get() never looks at the expiry, one rule says so, and rules on something else have no verdict', async () => {
  const Endless = class extends ReferenceStore {
    override alive() {
      return true
    }
  }
  const report = await runConformance(subjectOf(Endless), { only: ['EXP-02', 'EXP-04', 'EXP-19', 'TCH-11'] })
  const verdicts = report.rules.map(
    ({ id, verdict, message }) => `${id} ${verdict} ${/see EXP-02/.exec(message) ?? ''}`,
  )
  expect(verdicts).toEqual([
    'EXP-02 fail ',
    'EXP-04 unverified see EXP-02',
    'EXP-19 unverified see EXP-02',
    'TCH-11 unverified see EXP-02',
  ])
})

test('an older contract has the rules that it had, and no later ones', async () => {
  const ids = async (contract: string): Promise<string[]> => {
    const report = await runConformance(subjectOf(ReferenceStore), { only: ['DEL-01', 'ENU-10'], contract })
    return report.rules.map(({ id }) => id)
  }
  expect(await ids('1.0')).toEqual(['DEL-01'])
  expect(await ids('1.1')).toEqual(['DEL-01', 'ENU-10'])
})

test('a history without an order is drawn, each call as a bar over time', async () => {
  const Stale = class extends ReferenceStore {
    old: ReturnType<ReferenceStore['open']>
    reads = 0
    override async _get(sid: string, renew?: number | null) {
      const session = await super._get(sid, renew)
      if (++this.reads % 3 !== 0) this.old = session
      return this.old
    }
  }
  const report = await runConformance(subjectOf(Stale), { only: ['CON-08'], seed: 'picture' })
  const [message, ...bars] = report.rules[0]!.message.split('\n')
  expect(message).toMatch(/^no order explains the calls of "[abc]": after .+ none of these fits: get → /)
  expect(bars.length).toBeGreaterThan(1)
  for (const bar of bars) expect(bar).toMatch(/^ {12} *\|=+\| (get → (\d+|nothing)|set \d+|destroy)$/)
})
