import type { Entry } from '../calls/entries.ts'
import type { StoreHandle } from '../calls/handle.ts'
import type { Trial } from '../trial/trial.ts'
import type { Session } from '../values/session.ts'
import { farAliasing } from './far-calls.ts'
import { lateCookies } from './far-repeats.ts'
import { family, type Rule } from './rule.ts'

const manual = 'https://github.com/expressjs/session#session-store-implementation'
const review = 'https://github.com/expressjs/session/pull/487'

/** New data for a session. A store that keeps the object itself would otherwise change it for all rules. */
const sample = (): object => ({ n: 1, user: { name: 'ada' }, list: [{ n: 1 }] })

/** Changes a session everywhere: a field, nested ones, the cookie, and a field more. */
// biome-ignore lint/suspicious/noExplicitAny: a session of any store
function spoil(session: any): void {
  // Properties that cannot be changed cannot be aliased either.
  const change = (target: unknown, key: string, value: unknown): boolean =>
    typeof target === 'object' && target !== null && Reflect.set(target, key, value)
  change(session, 'n', 2)
  change(session, 'added', true)
  change(session.user, 'name', 'eve')
  change(session.list?.[0], 'n', 2)
  if (!Object.isFrozen(session.list)) session.list?.push({ n: 2 })
  change(session.cookie, 'path', '/spoilt')
}

/** Checks that the store still has the saved session and cookie. */
async function unspoilt(t: Trial, store: StoreHandle, when: string): Promise<void> {
  const got = await t.holds(store, 'a', sample(), when)
  t.equal(got.cookie?.path, '/', `get("a").cookie.path ${when}`)
}

/** The path to an object that both values share, such as `.user`; `undefined` when there is none. */
function sharedPath(one: unknown, other: unknown, path = ''): string | undefined {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return undefined
  if (one === other) return path
  for (const key of Object.keys(one)) {
    const inner = (value: object): unknown => (value as Record<string, unknown>)[key]
    const found = sharedPath(inner(one), inner(other), `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** The visible state of an object: its own property names, and its serialized form. */
function look(session: { cookie: object }): string {
  const names = [session, session.cookie].map(object => Object.getOwnPropertyNames(object).sort().join(', '))
  return `${JSON.stringify(session)} with the properties ${names.join(' and in the cookie ')}`
}

export const aliasing: readonly Rule[] = family('aliasing', [
  {
    id: 'ISO-01',
    axes: ['time'],
    level: 'MUST',
    sentence: 'Changing the object after set() has called back does not change the store.',
    why: 'What a request does to its session after saving, or without ever saving, would show in other requests.',
    check: 'does a store in memory keep the object itself? Keep a copy, best JSON text.',
    seenIn: 'the default store of @fastify/session, connect-loki',
    link: review,
    async run(t) {
      const store = await t.open()
      const session = t.session(sample())
      await store.set('a', session)
      spoil(session)
      await unspoilt(t, store, 'after the object given to set() was changed')
    },
  },
  {
    id: 'ISO-02',
    axes: ['time', 'repetition'],
    level: 'MUST',
    sentence: 'Changing the object that get() gave does not change the store.',
    why: 'A request that fails half-way leaves its changes in the session without ever having saved it.',
    check: 'does get() give the stored or a cached object? Parse or clone it for each call.',
    seenIn: 'the default store of @fastify/session, connect-loki; caches of parsed sessions',
    link: review,
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session(sample()))
      for (const time of ['first', 'second']) {
        spoil(await t.holds(store, 'a', sample()))
        await unspoilt(t, store, `after the object of the ${time} get() was changed`)
      }
    },
  },
  {
    id: 'ISO-03',
    axes: ['parallelism', 'repetition'],
    level: 'MUST',
    sentence: 'Two get() calls share no object, nested ones included.',
    why: 'Two requests at once see each other’s half-done changes, which no database would ever show.',
    check: 'is a parsed session cached, or copied only at its top ({ ...session })?',
    seenIn: 'caches of parsed sessions',
    link: review,
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session(sample()))
      const one = await t.holds(store, 'a', sample())
      const other = await t.holds(store, 'a', sample())
      const [third, fourth] = await Promise.all([store.get('a'), store.get('a')])
      t.equal(sharedPath(one, other), undefined, 'the path to an object that two results of get("a") share')
      const path = sharedPath(third, fourth)
      t.equal(path, undefined, 'the path to an object that two results of get("a") at once share')
      const many = await Promise.all(Array.from({ length: 50 }, () => store.get('a')))
      const pairs = many
        .slice(1)
        .map((session, at) => sharedPath(session, many[at]) ?? sharedPath(session, many[0]))
      t.equal(
        pairs.find(path => path !== undefined),
        undefined,
        'the path to an object that two of fifty get("a") share',
      )
      await store.set('b', t.session(sample()))
      const before = JSON.stringify(one)
      const neighbour = await t.holds(store, 'b', sample())
      const common = sharedPath(one, neighbour) ?? sharedPath(many.at(-1), neighbour)
      t.equal(common, undefined, 'the path to an object that results of get("a") and get("b") share')
      t.equal(JSON.stringify(one), before, 'the result of get("a") after get("b")')
    },
  },
  {
    id: 'ISO-04',
    axes: ['time', 'repetition'],
    level: 'MUST',
    sentence: 'set() saves the session as it was at the call.',
    why: 'Changes that a handler makes while the save is under way end up in the store, or half of them do.',
    check:
      'is the session serialised before the first await, and text rather than the object given to the driver?',
    seenIn: 'connect-pg-simple and connect-session-knex hand the live object to a queue',
    link: 'https://github.com/voxpelli/node-connect-pg-simple',
    async run(t) {
      const store = await t.open({ fresh: true })
      // The first call, which may wait for a connection, and one when everything is ready.
      for (const time of ['first', 'second']) {
        const session = t.session(sample())
        const saved = store.set('a', session)
        spoil(session)
        await saved
        await unspoilt(t, store, `after the session was changed while the ${time} set() was under way`)
      }
    },
  },
  {
    id: 'ISO-05',
    axes: ['time'],
    level: 'MUST',
    sentence: 'set() and touch() do not change the session given to them.',
    why: 'The request goes on with that session: fields vanish or appear in it, and it counts as changed once more.',
    check:
      'does the store put notes into the session, or delete fields before it serialises? Work on a copy.',
    seenIn: 'session-file-store adds __lastAccess, connect-mongo deletes lastModified',
    link: 'https://github.com/valery-barysok/session-file-store',
    async run(t) {
      const store = await t.open()
      const given: [call: string, session: Session, before: string][] = []
      const own = { _id: 1, id: 'mine', lastModified: 'today', __lastAccess: 1, expires: 'never', ttl: 5 }
      for (const method of t.has('touch') ? ['set', 'touch'] : ['set']) {
        for (const cookie of [{ maxAge: 60_000 }, { expires: null }]) {
          const session = t.session({ ...sample(), ...own }, cookie)
          const before = look(session)
          await store.call(method, 'a', session)
          const after = look(session)
          t.ok(after === before, `${method}() made of ${before} this: ${after}`)
          given.push([`${method}()`, session, before])
        }
      }
      await t.wait(60)
      for (const [call, session, before] of given) {
        t.ok(look(session) === before, `60 ms after ${call}, ${before} had become ${look(session)}`)
      }
    },
  },
  {
    id: 'ISO-06',
    axes: ['time', 'repetition'],
    level: 'MUST',
    sentence: 'Changing the objects that all() gave does not change the store.',
    why: 'A list of users on an admin page that hides a field in each session takes it from the users.',
    check: 'does all() give the stored or cached objects? Parse or clone them for each call.',
    seenIn: 'stores in memory that list what they keep',
    link: manual,
    needs: ['all'],
    async run(t) {
      const store = await t.open()
      await store.set('a', t.session({ ...sample(), who: 'a' }))
      const mine = async (): Promise<Entry | undefined> =>
        (await store.all()).find(({ session }) => session?.who === 'a')
      const first = await mine()
      if (!first) return t.unverified('all() gives no session that could be changed; see ENU-01')
      spoil(first.session)
      await t.holds(store, 'a', { ...sample(), who: 'a' }, 'after an object of all() was changed')
      const entry = await mine()
      t.ok(entry, 'all() has no session {who: "a"} after an object of an earlier all() was changed')
      t.equal(entry?.session.n, 1, 'n in all() after an object of an earlier all() was changed')
      t.equal(
        entry?.session.user?.name,
        'ada',
        'user.name in all() after an object of an earlier all() was changed',
      )
    },
  },
  ...farAliasing,
  lateCookies,
])
