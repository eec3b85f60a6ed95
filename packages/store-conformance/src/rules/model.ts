import * as fc from 'fast-check'
import type { StoreHandle } from '../calls/handle.ts'
import { Failure } from '../errors.ts'
import type { Trial } from '../trial/trial.ts'
import type { Session } from '../values/session.ts'
import { family, type Rule } from './rule.ts'
import { counted } from './support/listed.ts'

const sids = ['a', 'b']

type Life = 'minute' | 'hour' | 'browser' | 'ended'

interface Step {
  readonly call: 'set' | 'get' | 'touch' | 'destroy' | 'resave' | 'all' | 'length' | 'clear'
  readonly sid: string
  readonly n: number
  readonly life: Life
}

/** The model of a store for a single user: the live sessions. Nothing in it takes time. */
class Model {
  readonly live: Map<string, number> = new Map()
  /** Sids that were set with an end in the past. They are not there. EXP-16 tests whether length() counts them. */
  readonly ended: Set<string> = new Set()
  /** Sessions of other rules in the same place. */
  others = 0
  /** The sid that was compared last. */
  sid = ''
}

/** The rules with more details, by the last kind of change before the difference. */
const families: Record<Step['call'], string> = {
  set: 'CON-01 and round trip',
  resave: 'CON-01 and round trip',
  touch: 'touch',
  destroy: 'destroy',
  clear: 'all, length, clear',
  all: 'all, length, clear',
  length: 'all, length, clear',
  get: 'round trip',
}

function stepsFor(t: Trial): fc.Arbitrary<Step[]> {
  const optional = (['touch', 'touch', 'all', 'length', 'clear'] as const).filter(call => t.has(call))
  const step = fc.record({
    call: fc.constantFrom<Step['call']>('set', 'set', 'get', 'get', 'resave', 'destroy', ...optional),
    sid: fc.constantFrom('a', 'a', 'b'),
    n: fc.integer({ min: 1, max: 9 }),
    life: fc.constantFrom<Life>('minute', 'hour', 'browser', 'ended', 'ended'),
  })
  return fc.array(step, { minLength: 1, maxLength: 16, size: 'max' })
}

function sessionOf(t: Trial, n: number, life: Life): Session {
  const data = { who: 'model', n }
  if (life === 'browser') return t.session(data, { expires: null })
  if (life === 'ended') return t.session(data, { expires: new Date(Date.now() - 5000 - t.granularity) })
  return t.session(data, { maxAge: life === 'hour' ? 3_600_000 : 60_000 })
}

/** Runs one step on the store and on the model, and compares their visible states. */
async function take(t: Trial, store: StoreHandle, model: Model, { call, sid, n, life }: Step): Promise<void> {
  if (call === 'set') {
    await store.set(sid, sessionOf(t, n, life))
    if (life === 'ended') {
      model.live.delete(sid)
      model.ended.add(sid)
    } else {
      model.live.set(sid, n)
      model.ended.delete(sid)
    }
  } else if (call === 'touch') {
    // TCH-07 tests ending a session by touch(). The data belongs to no session: touch() must not write it.
    await store.touch(sid, sessionOf(t, 77, life === 'ended' ? 'minute' : life))
  } else if (call === 'destroy') {
    await store.destroy(sid)
    model.live.delete(sid)
    model.ended.delete(sid)
  } else if (call === 'clear') {
    await store.clear()
    model.live.clear()
    model.ended.clear()
    model.others = 0
  } else if (call === 'all' || call === 'length') await compareAll(t, store, model, call)
  else {
    const got = await compare(t, store, model, sid)
    if (call === 'get' || !got) return
    // A copy, because a store may return a frozen object.
    const changed = Object.isFrozen(got) ? { ...got } : got
    changed.n = n
    await store.set(sid, changed)
    model.live.set(sid, n)
  }
}

async function compare(t: Trial, store: StoreHandle, model: Model, sid: string) {
  model.sid = sid
  const n = model.live.get(sid)
  if (n !== undefined) return t.holds(store, sid, { who: 'model', n })
  await t.gone(store, sid)
  return undefined
}

async function compareAll(t: Trial, store: StoreHandle, model: Model, call: 'all' | 'length'): Promise<void> {
  const { live, ended, others } = model
  model.sid = ''
  if (call === 'all') {
    const found = (await store.all()).filter(({ session }) => session?.who === 'model')
    const got = found.map(({ session }) => session.n).sort()
    t.deepEqual(got, [...live.values()].sort(), 'all(), reduced to the field n,')
  } else {
    const length = (await counted(t, store)) - others
    const fits = length >= live.size && length <= live.size + ended.size
    t.ok(fits, `length() gave ${length}, want ${live.size}`)
  }
}

/** The steps as text. */
function trace(steps: readonly Step[]): string {
  const texts = steps.map(({ call, sid, n, life }) => {
    if (call === 'set') return `set ${sid} {n: ${n}} ${life === 'ended' ? 'in the past' : ''}`.trim()
    return ['all', 'length', 'clear'].includes(call) ? call : `${call} ${sid}`
  })
  return texts.join(', ')
}

/** The family of rules for the last change. */
function familyOf(steps: readonly Step[], { sid: compared }: Model): string {
  const changes = steps.filter(({ call, sid }) => {
    const change = !['get', 'all', 'length'].includes(call)
    return change && (call === 'clear' || compared === '' || sid === compared)
  })
  const last = changes.at(-1)
  if (last?.call === 'set' && last.life === 'ended') return 'expiry'
  return families[last?.call ?? steps.at(-1)?.call ?? 'get']
}

/** Runs these steps on an empty store, and fails if the store differs from the model. */
async function walk(t: Trial, store: StoreHandle, steps: readonly Step[]): Promise<void> {
  const model = new Model()
  const taken: Step[] = []
  await Promise.all(sids.map(sid => store.destroy(sid)))
  if (t.has('length')) model.others = await counted(t, store)
  try {
    for (const step of steps) {
      taken.push(step)
      await take(t, store, model, step)
    }
    for (const sid of sids) await compare(t, store, model, sid)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    t.fail(`${error.message} after ${trace(taken)}; see the rules of the family: ${familyOf(taken, model)}`)
  }
}

/** Removes every step that is not needed for the failure, and returns the failure of the remaining steps. */
async function shortest(t: Trial, store: StoreHandle, steps: readonly Step[]): Promise<Failure | undefined> {
  const failure = (some: readonly Step[]): Promise<Failure | undefined> =>
    walk(t, store, some).then(
      () => undefined,
      error => error,
    )
  let left = steps
  for (let at = steps.length - 1; at >= 0; at--) {
    const fewer = left.toSpliced(at, 1)
    if (await failure(fewer)) left = fewer
  }
  t.recorder.clear()
  return failure(left)
}

export const model: readonly Rule[] = family('model', [
  {
    id: 'MDL-01',
    axes: ['repetition'],
    clears: true,
    level: 'MUST',
    sentence: 'Any sequence of calls gives what a plain map of live sessions gives.',
    why: 'Each call can be right alone and two in a row wrong: set() with a past expiry, then touch(), and it is back.',
    check:
      'the failure shows the shortest sequence that was found, and names the rules that say more about it.',
    seenIn: 'connect-pg-simple 10: set() in the past, then touch(), revives',
    link: 'https://github.com/voxpelli/node-connect-pg-simple',
    lane: 'serial',
    async run(t) {
      const store = await t.open()
      let failing: readonly Step[] = []
      const property = fc.asyncProperty(stepsFor(t), async steps => {
        await walk(t, store, steps).catch(error => {
          failing = steps
          throw error
        })
      })
      try {
        await t.property(property, { numRuns: 100, timeLimitMs: 3000 })
      } catch (error) {
        throw (error instanceof Failure && (await shortest(t, store, failing))) || error
      }
    },
  },
])
