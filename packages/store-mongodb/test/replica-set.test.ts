import { setTimeout as sleep } from 'node:timers/promises'
import { type MongodbReplicaSetServer, startMongodbReplicaSet } from '@coatcheck/store-conformance/containers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openClient, openStore, sessionOf, storeOn } from './support/mongodb.ts'

/** How often the primary is killed. 20 is what a change of writes is to be tried with. */
const KILLS = Number(process.env.COATCHECK_KILLS ?? 2)

const WRITERS = 8

/** One election after another takes its time on a busy machine. */
const PATIENCE = 120_000 + KILLS * 30_000

let server: MongodbReplicaSetServer
beforeAll(async () => {
  server = await startMongodbReplicaSet()
})
afterAll(() => server.stop())

/** Another server's URL, as of an app that talks to this member alone. */
const alone = (port: number) => `mongodb://127.0.0.1:${port}/?directConnection=true`

async function secondary(): Promise<number> {
  const primary = await server.primary()
  return server.members.find(port => port !== primary)!
}

/** What writers were promised of sessions while servers came and went. */
class Promises {
  readonly versions = new Map<string, number>()
  readonly ended = new Set<string>()
  failed = 0
  acknowledged = 0
  #lastFailure: unknown

  /** Counts what was acknowledged; a failure promises nothing. */
  async keep(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.acknowledged++
    } catch (error) {
      this.failed++
      this.#lastFailure = error
    }
  }

  /** Waits until so many more writes are acknowledged. */
  async more(count: number): Promise<void> {
    const { acknowledged, failed } = this
    const enough = () => this.acknowledged >= acknowledged + count
    await vi.waitUntil(enough, { timeout: 60_000 }).catch(() => {
      const answers = `${this.acknowledged - acknowledged} of ${count} were acknowledged, ${this.failed - failed} failed`
      throw new Error(`Writes do not go on: ${answers}`, { cause: this.#lastFailure })
    })
  }
}

/** Until `done`: logins, changes of what was read before, and logouts, each under an id of its own writer. */
async function write(
  store: ReturnType<typeof openStore>,
  name: string,
  promises: Promises,
  done: () => boolean,
) {
  for (let n = 1; !done(); n++) {
    const sid = `${name} ${n}`
    const versionOf = (version: number) => () =>
      promises.keep(async () => {
        const session = version === 1 ? sessionOf() : (await store.get(sid))!
        await store.set(sid, Object.assign(session, { version }))
        promises.versions.set(sid, version)
      })
    await versionOf(1)()
    if (promises.versions.has(sid)) await versionOf(2)()
    if (n % 3 === 0) {
      promises.versions.delete(sid)
      await promises.keep(async () => {
        await store.destroy(sid)
        promises.ended.add(sid)
      })
    }
    await sleep(5)
  }
}

/** Rejects after more time than a call of the store can take. */
async function hanging(): Promise<never> {
  await sleep(100_000, undefined, { ref: false })
  throw new Error('A call of the store does not end')
}

/** Writers that go on while `change` happens so many times; what they were promised is then looked for. */
async function writeDuring(
  change: () => Promise<void>,
  times: number,
  collection: string,
): Promise<Promises> {
  const store = openStore({ collection, timeout: 20_000 }, `${server.url}&w=majority`)
  await store.length()
  const promises = new Promises()
  let over = false
  const writing = Array.from({ length: WRITERS }, (_, i) => write(store, `w${i}`, promises, () => over))
  try {
    await promises.more(WRITERS * 4)
    for (let i = 0; i < times; i++) {
      await change()
      await promises.more(WRITERS * 4)
    }
  } finally {
    over = true
  }
  await Promise.race([Promise.all(writing), hanging()])
  const stored = await store.all()
  const lost = [...promises.versions].filter(
    ([sid, version]) => ((stored[sid] as { version?: number } | undefined)?.version ?? 0) < version,
  )
  expect(lost).toEqual([])
  expect([...promises.ended].filter(sid => stored[sid])).toEqual([])
  return promises
}

describe('another primary', () => {
  it('step-down: under load, no session is lost and none comes back', { timeout: PATIENCE }, async () => {
    await writeDuring(server.stepDown, 2, 'step-down')
  })

  it(`fail-over: after ${KILLS} kills under load, no acknowledged write is lost and no logout undone`, {
    timeout: PATIENCE,
  }, async () => {
    const { acknowledged, failed } = await writeDuring(server.failover, KILLS, 'fail-over')
    expect(acknowledged).toBeGreaterThan(WRITERS * 3)
    if (KILLS > 2) console.log(`${acknowledged} writes acknowledged, ${failed} failed`)
  })

  it('exchange: under load and step-downs, either both steps are done or none', {
    timeout: PATIENCE,
  }, async () => {
    const store = openStore({ collection: 'exchanges', timeout: 20_000 }, server.url)
    let over = false
    let failed = 0
    const users = Array.from({ length: WRITERS }, (_, i) => i)
    await Promise.all(users.map(i => store.set(`w${i} 0`, sessionOf({ i }))))
    const logins = users.map(async i => {
      let sid = `w${i} 0`
      for (let n = 1; !over; n++) {
        const next = `w${i} ${n}`
        try {
          if (await store.exchange(sid, next, sessionOf({ i }), { required: true })) sid = next
        } catch {
          // An answer that was lost tells neither: then one of the two is there, and not both.
          failed++
          const there = [await store.get(sid), await store.get(next)].map(Boolean)
          expect(there.filter(Boolean)).toHaveLength(1)
          if (there[1]) sid = next
        }
      }
      return sid
    })
    await server.stepDown()
    await server.stepDown()
    over = true
    const sids = await Promise.all(logins)
    expect((await store.ids()).sort()).toEqual(sids.sort())
    expect(failed).toBeLessThan(WRITERS * 10)
  })
})

describe('reads', () => {
  it('reads: go to the primary, wherever the client of the app reads', async () => {
    const client = openClient({ readPreference: 'secondary', monitorCommands: true }, server.url)
    const members = new Set<string>()
    client.on('commandStarted', ({ address, commandName }) => {
      if (/^(find|aggregate|findAndModify)$/.test(commandName)) members.add(address)
    })
    const store = storeOn(client, { collection: 'reads' })
    await store.set('a', sessionOf({}, 60_000))
    await store.get('a')
    await store.all()
    await store.length()
    expect([...members]).toEqual([`127.0.0.1:${await server.primary()}`])
  })

  it('reads: of a member that takes no writes are answered, and writes are 503 at once', async () => {
    const store = openStore({ collection: 'read-only' }, `${server.url}&w=3`)
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    const readOnly = openStore({ collection: 'read-only' }, alone(await secondary()))
    // What a read would renew on its way stays as it is.
    const session = (await readOnly.get('a', undefined, { renew: 60_000 }))!
    expect(session).toMatchObject({ user: 'Ada' })
    const away = { code: 'ERR_SESSION_STORE_UNAVAILABLE', status: 503, cause: { code: 10107 } }
    await expect(readOnly.touch('a', session)).rejects.toMatchObject(away)
    await expect(readOnly.set('a', session)).rejects.toMatchObject(away)
    await expect(readOnly.destroy('a')).rejects.toMatchObject(away)
    expect(await readOnly.get('a')).toMatchObject({ user: 'Ada' })
  })

  it('reads: do not wait for what holds up writes, although they would renew', async () => {
    const client = openClient({ directConnection: true }, alone(await server.primary()))
    const store = openStore({ collection: 'locked' }, server.url)
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    const admin = client.db('admin')
    await admin.command({ fsync: 1, lock: true })
    let touched = false
    const touching = store.touch('a', sessionOf({}, 60_000)).then(() => (touched = true))
    for (let i = 0; i < 3; i++) {
      expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ user: 'Ada' })
    }
    expect(touched).toBe(false)
    await admin.command({ fsyncUnlock: 1 })
    await touching
  })
})
