import { describe, expect, inject, it } from 'vitest'
import manifest from '../../session/package.json' with { type: 'json' }
import { link, runModule, useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../session/test/support/processes.ts'
import { newDatabase, openStore, sessionOf } from './support/mysql.ts'

describe('several processes', () => {
  const built = useBuilt({ stores: ['store-mysql'] })
  const env = (): Record<string, string> => ({ URL: inject('mysqlUrl') })

  // Each opens the tables that it is told at the moment that it is told.
  const OPENER = `
    import { MysqlStore } from '@coatcheck/store-mysql'
    process.on('message', async ({ database, tables, at }) => {
      while (Date.now() < at);
      try {
        for (const table of tables) {
          const store = MysqlStore.open(process.env.URL, { database, table, max: 1 })
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
    const openers = Array.from({ length: 20 }, () => runProcess(built.folder, OPENER, env()))
    await Promise.all(openers.map(opener => opener.message()))
    const tables = ['sessions', 'others', 'x'.repeat(64)]
    for (let round = 0; round < 5; round++) {
      const database = await newDatabase()
      const answers = openers.map(opener => opener.message())
      for (const { child } of openers) child.send({ database, tables, at: Date.now() + 50 })
      expect(await Promise.all(answers)).toEqual(openers.map(() => 'stored'))
      for (const table of tables) expect(await openStore({ database, table }).length()).toBe(openers.length)
    }
  })

  // Counts in one session, again and again until nobody was faster; and leaves sessions of its own.
  const COUNTER = `
    import { MysqlStore } from '@coatcheck/store-mysql'
    const store = MysqlStore.open(process.env.URL, { database: process.env.DATABASE, max: 2 })
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
    const database = await newDatabase()
    const store = openStore({ database })
    await store.set('shared', sessionOf({ count: 0 }))
    const variables = { ...env(), DATABASE: database }
    const counters = Array.from({ length: 4 }, () => runProcess(built.folder, COUNTER, variables))
    await Promise.all(counters.map(counter => counter.message()))
    for (const { child } of counters) child.send('go')
    const conflicts = (await Promise.all(counters.map(counter => counter.message()))) as number[]
    await Promise.all(counters.map(counter => counter.ended))
    expect(await store.get('shared')).toMatchObject({ count: 400 })
    expect(await store.length()).toBe(401)
    expect(Math.max(...conflicts)).toBeGreaterThan(0)
  })

  it.each(['await store.close()', ''])('process: ends by itself, and nothing is lost (%s)', async end => {
    const database = await newDatabase()
    const { stdout, stderr, code } = await runModule(
      built.folder,
      `
      import { MysqlStore } from '@coatcheck/store-mysql'
      const store = MysqlStore.open(${JSON.stringify(inject('mysqlUrl'))}, { database: '${database}' })
      await Promise.all(Array.from({ length: 5 }, (_, i) => store.set(String(i), { cookie: {}, user: 'Ada' })))
      ${end}
      console.log('stored')
    `,
    )
    expect([code, stdout, stderr]).toEqual([0, 'stored\n', ''])
    expect(await openStore({ database }).length()).toBe(5)
  })

  it('process: one that cannot reach the server ends as well', async () => {
    const { stdout, stderr, code } = await runModule(
      built.folder,
      `
      import { MysqlStore } from '@coatcheck/store-mysql'
      const store = MysqlStore.open('mysql://ada:secret@127.0.0.1:1/app')
      for (let i = 0; i < 3; i++) await store.get('a').catch(error => console.log(error.code, error.status, error.cause.code))
    `,
    )
    const told = 'ERR_SESSION_STORE_UNAVAILABLE 503 ECONNREFUSED\n'
    expect([code, stdout, stderr]).toEqual([0, told.repeat(3), ''])
  })
})

describe('without mysql2', () => {
  const alone = useBuilt({ outside: true, stores: ['store-mysql'] })

  it('open: tells how to install it', async () => {
    await link(alone.folder, Object.keys(manifest.dependencies))
    const { stdout, code } = await runModule(
      alone.folder,
      `
      import { MysqlStore } from '@coatcheck/store-mysql'
      try {
        MysqlStore.open('mysql://localhost/app')
      } catch (error) {
        console.log(error.message)
      }
    `,
    )
    expect(stdout).toBe(
      'MysqlStore.open needs the package mysql2: npm install mysql2. In a bundle without that package, pass a client: new MysqlStore({ client })\n',
    )
    expect(code).toBe(0)
  })
})
