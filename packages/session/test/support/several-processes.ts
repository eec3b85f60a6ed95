import type { RecordStore } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { link, runModule, useBuilt } from './child.ts'
import { PATIENT_SQL } from './patient.ts'
import { runProcess } from './processes.ts'
import { sessionOf } from './session-of.ts'

type Options = Record<string, string | number>

/** A store of which several processes open one each. */
export interface Shared {
  /** The folder of its package. */
  readonly store: string
  /** The name of its class. */
  readonly name: string
  /** The package that its method `open` needs. */
  readonly driver: string
  readonly scheme: string
  readonly url: () => string
  /** A new place for its tables, as options of the store. */
  readonly place: () => Promise<Options>
  readonly open: (options: object) => RecordStore
  /** How many characters the name of a table may have. */
  readonly longest: number
  /** Look at tables that were made by several at once. */
  readonly made?: (place: Options, tables: readonly string[]) => Promise<void>
}

/** What a store promises to several processes that use the same tables, and to each of them when it ends. */
export function describeProcesses(shared: Shared): void {
  describe('several processes', () => {
    const built = useBuilt({ stores: [shared.store] })
    const patient = { ...shared, place: async () => ({ ...(await shared.place()), ...PATIENT_SQL }) }
    itOpensAtOnce(patient, built)
    itUpdates(patient, built)
    itEnds(patient, built)
  })
  describe(`without ${shared.driver}`, () => itNeedsItsDriver(shared))
}

interface Built {
  readonly folder: string
}

const importOf = ({ store, name }: Shared) => `import { ${name} } from '@coatcheck/${store}'`

function itOpensAtOnce(shared: Shared, built: Built): void {
  // Each opens the tables that it is told at the moment that it is told.
  const OPENER = `
    ${importOf(shared)}
    process.on('message', async ({ place, tables, at }) => {
      while (Date.now() < at);
      try {
        for (const table of tables) {
          const store = ${shared.name}.open(process.env.URL, { ...place, table, max: 1 })
          await store.set(String(process.pid), { cookie: {} })
          if (!(await store.get(String(process.pid)))) throw new Error('lost')
          await store.close()
        }
        process.send('stored')
      } catch (error) {
        process.send(error.code + ': ' + error.message)
      }
    })
    process.send('ready')
  `

  it('open: the table may be made by twenty at once', async () => {
    const env = { URL: shared.url() }
    const openers = Array.from({ length: 20 }, () => runProcess(built.folder, OPENER, env))
    await Promise.all(openers.map(opener => opener.message()))
    const tables = ['sessions', 'others', 'x'.repeat(shared.longest)]
    for (let round = 0; round < 5; round++) {
      const place = await shared.place()
      const answers = openers.map(opener => opener.message())
      for (const { child } of openers) child.send({ place, tables, at: Date.now() + 50 })
      expect(await Promise.all(answers)).toEqual(openers.map(() => 'stored'))
      for (const table of tables) expect(await shared.open({ ...place, table }).length()).toBe(openers.length)
      await shared.made?.(place, tables)
    }
  })
}

function itUpdates(shared: Shared, built: Built): void {
  // Counts in one session, again and again until nobody was faster; and leaves sessions of its own.
  const COUNTER = `
    ${importOf(shared)}
    const store = ${shared.name}.open(process.env.URL, { ...JSON.parse(process.env.PLACE), max: 2 })
    await store.length()
    process.send('ready')
    await new Promise(go => process.once('message', go))
    let conflicts = 0
    for (let i = 0; i < 100; ) {
      const session = await store.get('shared')
      session.count++
      try {
        await store.set('shared', session)
        await store.set(process.pid + '-' + i++, { cookie: {}, i })
      } catch (error) {
        if (error.code !== 'ERR_SESSION_CHANGED') throw error
        conflicts++
      }
    }
    await store.close()
    process.send(conflicts)
  `

  it('update: none of the changes that several make to one session is lost', async () => {
    const place = await shared.place()
    const store = shared.open(place)
    await store.set('shared', sessionOf({ count: 0 }))
    const env = { URL: shared.url(), PLACE: JSON.stringify(place) }
    const counters = Array.from({ length: 4 }, () => runProcess(built.folder, COUNTER, env))
    await Promise.all(counters.map(counter => counter.message()))
    for (const { child } of counters) child.send('go')
    const conflicts = (await Promise.all(counters.map(counter => counter.message()))) as number[]
    await Promise.all(counters.map(counter => counter.ended))
    expect(await store.get('shared')).toMatchObject({ count: 400 })
    expect(await store.length()).toBe(401)
    expect(Math.max(...conflicts)).toBeGreaterThan(0)
  })
}

function itEnds(shared: Shared, built: Built): void {
  it.each(['await store.close()', ''])('process: ends by itself, and nothing is lost (%s)', async end => {
    const place = await shared.place()
    const { stdout, stderr, code } = await runModule(
      built.folder,
      `
      ${importOf(shared)}
      const store = ${shared.name}.open(${JSON.stringify(shared.url())}, ${JSON.stringify(place)})
      await Promise.all(Array.from({ length: 5 }, (_, i) => store.set(String(i), { cookie: {}, user: 'Ada' })))
      ${end}
      console.log('stored')
    `,
    )
    expect([code, stdout, stderr]).toEqual([0, 'stored\n', ''])
    expect(await shared.open(place).length()).toBe(5)
  })

  it('process: one that cannot reach the server ends as well', async () => {
    const { stdout, stderr, code } = await runModule(
      built.folder,
      `
      ${importOf(shared)}
      const store = ${shared.name}.open('${shared.scheme}://ada:secret@127.0.0.1:1/app')
      for (let i = 0; i < 3; i++) await store.get('a').catch(error => console.log(error.code, error.status, error.cause.code))
    `,
    )
    const told = 'ERR_SESSION_STORE_UNAVAILABLE 503 ECONNREFUSED\n'
    expect([code, stdout, stderr]).toEqual([0, told.repeat(3), ''])
  })
}

function itNeedsItsDriver(shared: Shared): void {
  const { store, name, driver, scheme } = shared
  const alone = useBuilt({ outside: true, stores: [store] })

  it('open: tells how to install it', async () => {
    await link(alone.folder, Object.keys(manifest.dependencies))
    const { stdout, code } = await runModule(
      alone.folder,
      `
      ${importOf(shared)}
      try {
        ${name}.open('${scheme}://localhost/app')
      } catch (error) {
        console.log(error.message)
      }
    `,
    )
    expect(stdout).toBe(
      `${name}.open needs the package ${driver}: npm install ${driver}. In a bundle without that package, pass a client: new ${name}({ client })\n`,
    )
    expect(code).toBe(0)
  })
}
