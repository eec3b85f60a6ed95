import type { StoreHandle } from '../calls/handle.ts'
import { textOf } from '../errors.ts'
import { linearizable, type Operation } from '../trial/linearizable.ts'
import type { Trial } from '../trial/trial.ts'
import { concurrencyBursts } from './concurrency-bursts.ts'
import { concurrencyOrders } from './concurrency-orders.ts'
import { farConcurrency } from './far-calls.ts'
import { lateWrites } from './far-repeats.ts'
import { family, type Rule } from './rule.ts'
import { counted } from './support/listed.ts'
import { rounds } from './support/lives.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'

/** Two stores with the same sessions, as in two processes; the same store twice if its sessions are in this process. */
async function both(t: Trial): Promise<[StoreHandle, StoreHandle]> {
  if (t.has('shared')) return t.pair()
  const store = await t.open()
  return [store, store]
}

const concurrencyCore: readonly Rule[] = family('concurrency', [
  {
    id: 'CON-01',
    axes: ['repetition'],
    level: 'MUST',
    sentence: 'When set() calls back, get() gives what it saved.',
    why: 'The redirect after a login is faster than the write: the next page asks to log in again.',
    check: 'does set() call back before the backend has answered?',
    seenIn: 'connect-session-sequelize: the callback came before the write',
    link: 'https://github.com/mweibel/connect-session-sequelize/issues/7',
    needs: ['strict'],
    async run(t) {
      const store = await t.open()
      for (const n of rounds(20)) {
        await store.set('a', t.session({ n }))
        await t.holds(store, 'a', { n }, `after set() number ${n}`)
      }
      // Middleware saves the same object again, changed.
      const same = t.session({ n: 0 })
      for (const n of [1, 2, 3]) {
        same.n = n
        await store.set('b', same)
        await t.holds(store, 'b', { n }, `after set() number ${n} of the same object`)
      }
    },
  },
  {
    id: 'CON-02',
    axes: ['parallelism', 'repetition'],
    level: 'MUST',
    sentence: 'When set() calls back, another store on the same sessions gives what it saved.',
    why: 'The next request goes to another process and works with the session of a moment ago.',
    check: 'is there a cache of sessions in the process, or a replica that is read from?',
    seenIn: 'stores with a read cache in each process',
    link: manual,
    needs: ['shared', 'strict'],
    async run(t) {
      const [one, other] = await t.pair()
      for (const n of rounds(10)) {
        await one.set('a', t.session({ n }))
        await t.holds(other, 'a', { n }, `in the other store after set() number ${n}`)
      }
      // Reads may be cached once a sid was read often.
      await Promise.all(Array.from({ length: 40 }, () => other.get('a')))
      await one.set('a', t.session({ n: 0 }))
      await t.holds(other, 'a', { n: 0 }, 'in the other store after it had read the sid forty times')
      // The other store may cache that nothing was there, or what it has itself saved last.
      await t.gone(other, 'b', 'of a sid that was never set')
      for (const [at, writer] of [one, other, one].entries()) {
        await writer.set('b', t.session({ who: writer === one ? 'one' : 'other' }))
        for (const store of [one, other])
          await t.holds(
            store,
            'b',
            { who: writer === one ? 'one' : 'other' },
            `after set() number ${at + 1} by turns`,
          )
      }
    },
  },
  {
    id: 'CON-04',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Parallel set() calls of one sid give no error and leave exactly one of the sessions.',
    why: 'A page with six requests saves its new session six times: five answers with status 500, or a mixture of sessions.',
    check: 'is there a select before the insert, or a write field by field? One upsert does both.',
    seenIn: 'connect-session-knex 5: 145 of 250; spring-session',
    link: 'https://github.com/spring-projects/spring-session/issues/1213',
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const stores = await both(t)
      for (const round of rounds(6)) {
        const sid = `round-${round}`
        const before = t.has('length') ? await counted(t, stores[0]) : 0
        const sessions = Array.from({ length: 8 }, (_, who) => ({ who, first: who, second: who, last: who }))
        await t.staggered(
          sessions.map((data, who) => () => stores[who % 2 === 0 ? 0 : 1].set(sid, t.session(data))),
        )
        const got = await stores[0].get(sid)
        const whole = sessions[got?.who]
        if (!whole) t.same(got, sessions[0]!, `get("${sid}") after eight parallel set() calls`)
        else t.same(got, whole, `get("${sid}") after eight parallel set() calls`)
        if (!t.has('length') || !t.has('namespaces')) continue
        const grown = (await counted(t, stores[0])) - before
        t.equal(grown, 1, 'the growth of length() by eight parallel set() calls of one sid')
      }
    },
  },
  {
    id: 'CON-05',
    axes: ['size', 'parallelism'],
    level: 'MUST',
    sentence: 'get() during set() gives the old or the new session, never an error, a part or nothing.',
    why: 'A request that comes during a save finds no session: its user is logged out, though only sometimes.',
    check:
      'is the session removed or truncated before it is written again? Write beside and rename, or replace at once.',
    seenIn: 'session-file-store: files read while they were written',
    link: 'https://github.com/valery-barysok/session-file-store/issues/21',
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const [writer, reader] = await both(t)
      let size = 100_000
      const version = (n: number): object => ({ n, filler: String(n % 10).repeat(size), end: n })
      if (t.refused(await writer.outcome('set', ['a', t.session(version(0))]))) {
        size = 20_000
        await writer.set('a', t.session(version(0)))
      }
      for (const n of rounds(30)) {
        const set = async (): Promise<undefined> => void (await writer.set('a', t.session(version(n))))
        const get = (from: StoreHandle) => () => from.get('a')
        for (const got of (await t.staggered([set, get(reader), get(writer), get(reader)])).slice(1)) {
          const which = got?.n === n - 1 ? n - 1 : n
          t.same(got, version(which), `get("a") during set() of version ${n}`)
        }
      }
    },
  },
  {
    id: 'CON-06',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'touch() beside set() never loses the data of set().',
    why: 'A request that changes nothing puts the session of its beginning back: the login of another request is lost.',
    check:
      'does touch() read the session and write it again? It must change the expiry alone, in one command.',
    seenIn: 'session-file-store 1.5',
    link: 'https://github.com/valery-barysok/session-file-store/issues/103',
    needs: ['touch'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const [one, other] = await both(t)
      await one.set('a', t.session({ n: 0 }))
      for (const n of rounds(60)) {
        const old = t.session({ n: n - 1 })
        await t.staggered([() => one.set('a', t.session({ n })), () => other.touch('a', old)])
        await t.holds(other, 'a', { n }, 'after set() and touch() side by side')
      }
    },
  },
  {
    id: 'CON-07',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'After destroy() and touch() ran side by side the session is gone.',
    why: 'A logout is undone by any request that is under way: the stolen cookie still works.',
    check:
      'does touch() read the session and write it again? It must be an update that finds nothing to update.',
    seenIn: 'session-file-store 1.5: 25 of 40 logouts undone',
    link: 'https://github.com/expressjs/session/issues/632',
    needs: ['touch'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const [one, other] = await both(t)
      const session = t.session({ n: 1 })
      for (const _ of rounds(60)) {
        await one.set('a', session)
        await t.staggered<unknown>([() => one.destroy('a'), () => other.outcome('touch', ['a', session])])
        await t.gone(other, 'a', 'after destroy() and touch() side by side')
      }
    },
  },
  {
    id: 'CON-08',
    axes: ['parallelism'],
    level: 'MUST',
    sentence: 'Concurrent calls of get, set and destroy have an order that explains all their results.',
    why: 'Whatever is wrong with caches, replicas and retries ends in a session that is older than one seen before.',
    check: 'the failure names the calls that fit nowhere: where did their session come from?',
    seenIn: 'connect-sqlite3: SQLITE_BUSY in 2 of 5 runs',
    link: 'https://github.com/rawberg/connect-sqlite3',
    needs: ['strict'],
    lane: 'serial',
    stochastic: true,
    async run(t) {
      const [one, other] = await both(t)
      const third = t.has('shared') ? await t.open() : one
      const history: Record<string, Operation[]> = { a: [], b: [], c: [] }
      let clock = 0
      const client = async (store: StoreHandle, who: number): Promise<void> => {
        for (const step of rounds(30)) {
          const sid = 'abc'[Math.floor(t.random() * 3)]!
          const n = who * 100 + step
          const start = clock++
          const done = await anyCall(t, store, sid, n)
          history[sid]!.push({ ...done, start, end: clock++ })
          if (t.random() < 0.5) await new Promise(setImmediate)
        }
      }
      await Promise.all([client(one, 1), client(other, 2), client(third, 3)])
      for (const [sid, operations] of Object.entries(history)) explained(t, sid, operations)
    },
  },
])

/** One call, chosen by the seed, as an operation on this sid's register. */
async function anyCall(
  t: Trial,
  store: StoreHandle,
  sid: string,
  n: number,
): Promise<Pick<Operation, 'kind' | 'value' | 'label' | 'unknown'>> {
  const dice = t.random()
  if (dice < 0.45) {
    const got = await store.get(sid)
    const value = got === undefined || got.n === got.end ? got?.n : 'a part of a session'
    return { kind: 'read', value, label: `get → ${value ?? 'nothing'}` }
  }
  if (dice < 0.85) {
    const { hung, failed, error } = await store.outcome('set', [sid, t.session({ n, end: n })], {
      mayHang: true,
    })
    t.ok(!failed || hung, `set("${sid}", session) failed with ${textOf(error)}, want no error`)
    return { kind: 'write', value: n, label: `set ${n}${hung ? ' (never answered)' : ''}`, unknown: hung }
  }
  await store.destroy(sid)
  return { kind: 'write', value: undefined, label: 'destroy' }
}

/** The calls as bars over time. The longest legal order comes first. */
function picture(operations: readonly Operation[]): string {
  const from = Math.min(...operations.map(({ start }) => start))
  const to = Math.max(...operations.map(({ end }) => end))
  const scale = 60 / Math.max(1, to - from)
  const column = (at: number): number => Math.round((at - from) * scale)
  return operations
    .map(({ start, end, label }) => {
      const bar = '='.repeat(Math.max(1, column(end) - column(start)))
      return `            ${' '.repeat(column(start))}|${bar}| ${label}`
    })
    .join('\n')
}

function explained(t: Trial, sid: string, operations: readonly Operation[]): void {
  const { verdict, prefix, stuck } = linearizable(operations)
  if (verdict === 'unknown') t.unverified('the search for an order of the calls was given up')
  const text = (some: readonly Operation[]): string => some.map(({ label }) => label).join(', ')
  t.ok(
    verdict === 'yes',
    `no order explains the calls of "${sid}": after ${text(prefix.slice(-6)) || 'nothing'} none of these fits: ${text(stuck)}\n${picture([...prefix.slice(-6), ...stuck])}`,
  )
}

export const concurrency: readonly Rule[] = [
  ...concurrencyCore,
  ...concurrencyBursts,
  ...concurrencyOrders,
  ...family('concurrency', [...farConcurrency, lateWrites]),
].sort((a, b) => a.id.localeCompare(b.id))
