import { make, outcome, show, wait } from './store.mjs'

const ARGS = {
  set: () => ['a', make({ n: 1 })],
  get: () => ['a'],
  touch: () => ['a', make({ n: 1 })],
  all: () => [],
  length: () => [],
  destroy: () => ['a'],
  clear: () => [],
}
const methodsOf = store => Object.keys(ARGS).filter(name => store[name])

/** The arguments of each call of the callback of one method, one second later. */
async function callbacksOf(store, name) {
  const calls = []
  try {
    Promise.resolve(store.raw[name](...ARGS[name](), (...args) => calls.push(args))).catch(() => {})
  } catch {
    // What it throws is not asked for here.
  }
  await wait(1000)
  return calls
}

/** The errors that nobody catches while `work` runs, and one second longer. */
async function uncaughtIn(work) {
  const errors = []
  const note = error => errors.push(error)
  process.on('uncaughtException', note).on('unhandledRejection', note)
  try {
    await work()
  } catch (error) {
    errors.push(error)
  }
  await wait(1000)
  process.off('uncaughtException', note).off('unhandledRejection', note)
  return errors
}

export const protocol = {
  async 'API-03'({ store }) {
    for (const name of methodsOf(store)) {
      const odd = (await callbacksOf(store, name)).find(
        ([error]) => error != null && !(error instanceof Error),
      )
      if (odd) return `the first argument of the callback of ${name}() was ${show(odd[0])}`
    }
  },

  async 'API-04'({ store }) {
    for (const name of methodsOf(store)) {
      const { length } = await callbacksOf(store, name)
      if (length !== 1) return `the callback of ${name}() was called ${length} times within a second`
    }
  },

  async 'API-06'({ store }) {
    await store.set('a', make({ n: 1 }))
    const when = sid =>
      new Promise(resolve => {
        let returned = false
        store.raw.get(sid, () => resolve(returned ? 'after' : 'before'))
        returned = true
      })
    const [hit, miss] = [await when('a'), await when('nobody')]
    if (hit !== miss) return `get() called back ${hit} it returned for a session, and ${miss} for none`
  },

  async 'API-07'({ store }) {
    for (const name of methodsOf(store)) {
      let calls = 0
      await uncaughtIn(() => {
        store.raw[name](...ARGS[name](), () => {
          calls++
          throw new Error('thrown by the callback')
        })
      })
      if (calls > 1) return `a callback of ${name}() that threw was called ${calls} times`
    }
  },

  async 'API-09'({ store }) {
    await store.set('a', make({ n: 1 }))
    const errors = await uncaughtIn(() => store.raw.destroy('a'))
    if (errors.length > 0) return `destroy() without a callback: ${show(errors[0])}`
  },

  async 'API-11'({ store, trouble, isWrapped }) {
    const circular = make({ n: 1 })
    circular.self = circular
    const methods = isWrapped() ? methodsOf(store) : ['set']
    for (const name of methods) {
      trouble.fails = isWrapped()
      let called = 0
      const args = isWrapped() ? ARGS[name]() : ['a', circular]
      const errors = await uncaughtIn(() => void store.raw[name](...args, () => called++))
      trouble.fails = false
      if (called > 0 && errors.length > 0)
        return `${name}() called back, and left a rejection: ${show(errors[0])}`
    }
  },

  async 'API-13'({ store }) {
    for (const name of ['get', 'set', 'touch'].filter(method => methodsOf(store).includes(method))) {
      await store.set('a', make({ n: 1 }))
      await uncaughtIn(() => {
        store.raw[name](...ARGS[name](), () => {
          throw new Error('thrown by the callback')
        })
      })
      if (!(await store.get('a'))) return `after a callback of ${name}() threw, the session was gone`
    }
  },

  async 'API-14'({ store }) {
    const missing = ['createSession', 'load', 'regenerate'].filter(
      name => typeof store.raw[name] !== 'function',
    )
    if (missing.length > 0) return `the store has no ${missing.join(', ')}`
  },

  async 'API-15'({ store }) {
    const circular = make({ n: 2 })
    circular.self = circular
    for (let count = 1; count <= 12; count++) {
      const uncaught = await uncaughtIn(() => void outcome((async () => store.set('c', circular))()))
      if (uncaught.length > 0) return `set() of a circular session: nobody could catch ${show(uncaught[0])}`
      for (const name of methodsOf(store)) {
        const { error } = await outcome(store[name](...ARGS[name]()))
        if (error && count > 1) return `call ${count} of ${name}(): ${show(error)}`
      }
    }
  },

  async 'LIF-01'({ open }) {
    const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    const use = async store => {
      await outcome(store.set('a', make({ n: 1 })))
      await outcome(store.get('a'))
    }
    await use(await open())
    // The short timers of drivers end meanwhile.
    await wait(12_000)
    const before = timers()
    for (const namespace of ['b', 'c', 'd']) await use(await open({ namespace }))
    await wait(12_000)
    if (timers() - before >= 3)
      return `three more stores hold the process with ${timers() - before} more timers`
  },

  async 'LIF-04'({ open }) {
    await (await open()).set('a', make({ n: 1 }))
    if (!(await (await open()).get('a'))) return 'a new store on the same sessions did not find the session'
  },

  async 'EVT-04'({ store }) {
    let events = 0
    store.raw.on('disconnect', () => events++)
    await store.get('nobody')
    await store.set('a', make({ n: 1 }))
    await store.get('a')
    await store.destroy('nobody')
    await wait(1000)
    if (events > 0) return `the store emitted disconnect ${events} times`
  },

  async 'ERR-08'({ store, open, trouble, isWrapped }) {
    await store.set('a', make({ n: 1 }))
    if (!isWrapped()) return
    trouble.fails = true
    const { value: late } = await outcome(open({ namespace: 'late' }))
    const errors = await uncaughtIn(() => {
      for (const used of [store, late]) if (used) outcome(used.get('a'))
    })
    trouble.fails = false
    if (errors.length > 0) return `while the backend was away, nobody could catch ${show(errors[0])}`
    const { error, value } = await outcome(store.get('a'))
    if (value?.n !== 1) return `when the backend was back, get() gave ${show(error ?? value)}`
  },

  async 'ERR-09'({ store }) {
    await store.set('a', make({ n: 1 }))
    const circular = make({ n: 2 })
    circular.self = circular
    for (const [name, session] of Object.entries({ circular, BigInt: make({ n: 10n }) })) {
      let reports = 0
      const errors = await uncaughtIn(async () => {
        try {
          await store.raw.set('a', session, () => reports++)
        } catch {
          // Reported too; that it is thrown is another rule.
          reports ||= 1
        }
      })
      if (reports !== 1) return `set() of a session (${name}) was reported ${reports} times`
      if (errors.length > 0) return `set() of a session (${name}): nobody could catch ${show(errors[0])}`
      const kept = (await store.get('a'))?.n
      if (kept !== 1) return `after set() of a session (${name}), n was ${kept}`
    }
  },
}

for (const [id, name] of Object.entries({
  'ERR-01': 'get',
  'ERR-02': 'set',
  'ERR-03': 'destroy',
  'ERR-04': 'touch',
  'ERR-05': 'all',
  'ERR-06': 'length',
  'ERR-07': 'clear',
})) {
  protocol[id] = async ({ store, trouble, isWrapped }) => {
    await store.set('a', make({ n: 1 }))
    if (!isWrapped()) return
    trouble.fails = true
    let answer = 'no answer within a second'
    await uncaughtIn(() => {
      store.raw[name](...ARGS[name](), (error, value) => {
        answer = error ? undefined : `no error, and ${show(value)}`
      })
    })
    trouble.fails = false
    if (answer) return `${name}() gave ${answer} while the backend was away`
  }
}
