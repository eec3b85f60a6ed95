import { fork } from 'node:child_process'
import { listed, make, outcome, show } from './store.mjs'

const ROUNDS = 200

/** The first error of calls that were made at once. */
async function errorOf(calls) {
  const { error } = (await Promise.all(calls.map(outcome))).find(result => result.error) ?? {}
  return error && show(error)
}

/** What a race came to, told by `lost`, in so many rounds. */
async function count(rounds, round, sentence) {
  let seen = 0
  for (let index = 0; index < rounds; index++) if (await round(index)) seen++
  if (seen > 0) return `${sentence} in ${seen} of ${rounds} rounds`
}

/** Two stores on the same sessions, where the backend has them: as in two processes. */
async function both({ store, open }) {
  const other = await open()
  await store.set('shared', make({ n: 1 }))
  const { value } = await outcome(other.get('shared'))
  await store.destroy('shared')
  return value ? [store, other] : [store, store]
}

const touchBesideSet = ({ store }) =>
  count(
    ROUNDS,
    async round => {
      const sid = `a${round}`
      await store.set(sid, make({ n: 0 }))
      await Promise.all([outcome(store.set(sid, make({ n: 1 }))), outcome(store.touch(sid, make({ n: 0 })))])
      return (await store.get(sid))?.n === 0
    },
    'set() beside touch() was lost',
  )

const touchBesideDestroy = ({ store }) =>
  count(
    ROUNDS,
    async round => {
      const sid = `a${round}`
      await store.set(sid, make({ n: 0 }))
      const calls = [() => store.touch(sid, make({ n: 0 })), () => store.destroy(sid)]
      await Promise.all((round % 2 ? calls : calls.reverse()).map(act => outcome(act())))
      return Boolean(await store.get(sid))
    },
    'destroy() beside touch() was undone',
  )

export const races = {
  async 'CON-01'({ store }) {
    for (let n = 0; n < ROUNDS; n++) {
      await store.set('a', make({ n }))
      const got = await store.get('a')
      if (got?.n !== n) return `get() after set() of n = ${n} gave ${show(got)}`
    }
  },

  async 'CON-02'({ store, open }) {
    const other = await open()
    await store.set('a', make({ n: 1 }))
    const { error, value } = await outcome(other.get('a'))
    if (error) return `get() of another store on the same sessions: ${show(error)}`
    if (value?.n !== 1) return `get() of another store on the same sessions gave ${show(value)}`
  },

  async 'CON-03'(context) {
    const { store } = context
    const stores = await both(context)
    const sids = Array.from({ length: 100 }, (_, index) => `s${index}`)
    const error = await errorOf(sids.map((sid, n) => stores[n % 2].set(sid, make({ who: sid }))))
    if (error) return `a hundred set() at once: ${error}`
    let lost = 0
    for (const sid of sids) if ((await store.get(sid))?.who !== sid) lost++
    if (lost > 0) return `${lost} of a hundred sessions that were set at once were lost`
  },

  async 'CON-04'(context) {
    const { store } = context
    const stores = await both(context)
    for (let round = 0; round < 50; round++) {
      const error = await errorOf([1, 2, 3, 4].map(n => stores[n % 2].set(`a${round}`, make({ n, twin: n }))))
      if (error) return `four set() of one sid at once: ${error}`
      const got = await store.get(`a${round}`)
      if (!got || got.n !== got.twin) return `after four set() of one sid, get() gave ${show(got)}`
    }
  },

  async 'CON-05'(context) {
    const { store } = context
    const [, other] = await both(context)
    await store.set('a', make({ n: 0 }))
    for (let n = 1; n <= ROUNDS; n++) {
      const reads = [store, other, other].map(reader => reader.get('a'))
      const error = await errorOf([store.set('a', make({ n, twin: n })), ...reads])
      if (error) return `get() beside set(): ${error}`
      const missed = (await Promise.all(reads)).filter(got => !got).length
      if (missed > 0) return 'get() beside set() of a session that was there gave nothing'
    }
  },

  'CON-06': touchBesideSet,
  'CON-07': touchBesideDestroy,

  async 'CON-08'({ store }) {
    for (let round = 0; round < 50; round++) {
      const sid = `a${round}`
      const calls = [1, 2, 3].flatMap(n => [store.set(sid, make({ n })), store.get(sid)])
      const error = await errorOf([...calls, store.destroy('other')])
      if (error) return `get(), set() and destroy() at once: ${error}`
      const [first, second] = [await store.get(sid), await store.get(sid)]
      if (!first || first.n !== second?.n)
        return `two get() after all writes gave ${show(first)} and ${show(second)}`
    }
  },

  async 'CON-09'(context) {
    const { store } = context
    const stores = await both(context)
    const calls = Array.from({ length: 250 }, (_, n) => [
      stores[n % 2].set(`s${n}`, make({ n })),
      stores[n % 2].get(`s${n}`),
    ])
    const error = await errorOf(calls.flat())
    if (error) return `five hundred calls at once: ${error}`
    for (let n = 0; n < 250; n++) {
      if ((await store.get(`s${n}`))?.n !== n)
        return `of five hundred calls at once, the set() of s${n} was lost`
    }
  },

  async 'CON-10'({ open }) {
    const store = await open({ namespace: 'new' })
    const error = await errorOf([
      store.set('a', make({ n: 1 })),
      store.get('b'),
      store.destroy('c'),
      store.set('d', make({ n: 2 })),
    ])
    if (error) return `the first calls of a new store, at once: ${error}`
  },

  async 'CON-12'({ run, file }) {
    const program = new URL('first-use.mjs', import.meta.url)
    const answers = await Promise.all(
      [1, 2, 3].map(
        n =>
          new Promise(resolve => {
            const child = fork(program, [file, `${run}first`, `s${n}`], {
              stdio: 'ignore',
              serialization: 'json',
            })
            child.once('message', resolve).once('exit', () => resolve('the process ended'))
          }),
      ),
    )
    const failed = answers.find(answer => answer !== 'ok')
    if (failed) return `one of three processes that began on an empty database: ${failed}`
  },

  'CON-13': inAnyOrder(touchBesideDestroy),
  'CON-14': inAnyOrder(touchBesideSet),

  'CON-15': inAnyOrder(({ store }) =>
    count(
      100,
      async round => {
        const sid = `a${round}`
        await Promise.all([1, 2].map(n => outcome(store.set(sid, make({ n, twin: n })))))
        const got = await store.get(sid)
        return !got || got.n !== got.twin
      },
      'of two set() at once neither was there whole',
    ),
  ),

  async 'MDL-01'({ store }) {
    let seed = 11
    const next = limit => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
      return (seed >>> 8) % limit
    }
    const model = new Map()
    const trace = []
    for (let step = 0; step < 400; step++) {
      const sid = `m${next(3)}`
      const seen = await STEPS[next(STEPS.length)]({ store, model, sid, n: step, trace })
      if (seen) return `${trace.slice(-4).join(', ')}: ${seen}`
    }
  },
}

/** Each command of the client takes a moment, so that calls at once mix in many orders. */
function inAnyOrder(race) {
  return async context => {
    if (!context.isWrapped()) return
    context.trouble.slow = true
    const seen = await race(context)
    context.trouble.slow = false
    return seen
  }
}

/** One call each, on the store and on a map of its live sessions. */
const STEPS = [
  async ({ store, model, sid, n, trace }) => {
    trace.push(`set ${sid}`)
    const { error } = await outcome(store.set(sid, make({ n })))
    if (error) return show(error)
    model.set(sid, n)
  },
  async ({ store, model, sid, trace }) => {
    trace.push(`get ${sid}`)
    const { error, value } = await outcome(store.get(sid))
    if (error || value?.n !== model.get(sid))
      return `get gave ${show(error ?? value)}, want n = ${model.get(sid)}`
  },
  async ({ store, model, sid, trace }) => {
    trace.push(`destroy ${sid}`)
    const { error } = await outcome(store.destroy(sid))
    if (error) return show(error)
    model.delete(sid)
  },
  async ({ store, sid, trace }) => {
    if (!store.touch) return
    trace.push(`touch ${sid}`)
    const { error } = await outcome(
      new Promise((done, fail) => store.raw.touch(sid, make({}), e => (e ? fail(e) : done()))),
    )
    if (error) return show(error)
  },
  async ({ store, model, sid, n, trace }) => {
    trace.push(`set ${sid} in the past`)
    const { error } = await outcome(store.set(sid, make({ n }, { expires: new Date(Date.now() - 5000) })))
    if (error) return show(error)
    model.delete(sid)
  },
  async ({ store, model, trace }) => {
    if (!store.all) return
    trace.push('all')
    const { error, value } = await outcome(store.all())
    if (error) return show(error)
    const found = listed(value).length
    if (found !== model.size) return `all() gave ${found} sessions, want ${model.size}`
  },
]
