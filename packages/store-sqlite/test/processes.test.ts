import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import manifest from '../../session/package.json' with { type: 'json' }
import { link, runModule, useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../session/test/support/processes.ts'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

describe('several processes', () => {
  const built = useBuilt()

  // Each opens the file that it is told at the moment that it is told.
  const OPENER = `
    import { SqliteStore } from '@coatcheck/store-sqlite'
    process.on('message', async ({ file, at }) => {
      while (Date.now() < at);
      try {
        const store = SqliteStore.open(file)
        await store.set(String(process.pid), { cookie: {} })
        process.send(await store.get(String(process.pid)) ? 'stored' : 'lost')
        await store.close()
      } catch (error) {
        process.send(error.code + ': ' + error.message)
      }
    })
    process.send('ready')
  `

  it('open: an empty file may be opened by several at once', async () => {
    const openers = Array.from({ length: 6 }, () => runProcess(built.folder, OPENER))
    await Promise.all(openers.map(opener => opener.message()))
    for (let round = 0; round < 20; round++) {
      const file = tempFile()
      const answers = openers.map(opener => opener.message())
      for (const { child } of openers) child.send({ file, at: Date.now() + 10 })
      expect(await Promise.all(answers)).toEqual(openers.map(() => 'stored'))
      expect(await openStore(file).length()).toBe(openers.length)
    }
  })

  // Counts in one session, again and again until nobody was faster; and leaves sessions of its own.
  const COUNTER = `
    import { SqliteStore } from '@coatcheck/store-sqlite'
    const store = SqliteStore.open(process.env.FILE)
    process.send('ready')
    await new Promise(go => process.once('message', go))
    let conflicts = 0
    for (let i = 0; i < 200; ) {
      const session = await store.get('shared')
      session.count++
      await new Promise(setImmediate)
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
    const file = tempFile()
    const store = openStore(file)
    await store.set('shared', sessionOf({ count: 0 }))
    const counters = Array.from({ length: 4 }, () => runProcess(built.folder, COUNTER, { FILE: file }))
    await Promise.all(counters.map(counter => counter.message()))
    for (const { child } of counters) child.send('go')
    const conflicts = (await Promise.all(counters.map(counter => counter.message()))) as number[]
    await Promise.all(counters.map(counter => counter.ended))
    expect(await store.get('shared')).toMatchObject({ count: 800 })
    expect(await store.length()).toBe(801)
    expect(Math.max(...conflicts)).toBeGreaterThan(0)
    expect(openClient(file).pragma('integrity_check', { simple: true })).toBe('ok')
  })

  // Saves and reads without a rest until it is told to stop; then it leaves a mark.
  const WRITER = `
    import { SqliteStore } from '@coatcheck/store-sqlite'
    const store = SqliteStore.open(process.env.FILE)
    let stopped = false
    process.once('message', () => { stopped = true })
    process.send('ready')
    const errors = []
    for (let i = 0; !stopped; i++) {
      try {
        await store.set(process.pid + '-' + i % 50, { cookie: {}, text: 'x'.repeat(500) })
        await store.get(process.pid + '-7')
      } catch (error) {
        errors.push(error.code + ': ' + error.message)
      }
      await new Promise(resolve => setTimeout(resolve, Math.random() * 3))
    }
    await store.set('mark of ' + process.pid, { cookie: {} })
    process.send(errors)
    await new Promise(() => setInterval(() => {}, 1000))
  `

  it.each([
    ['alone', ['']],
    ['with those beside it', ['', '-wal', '-shm']],
  ])(
    'deleted: a file that is deleted again and again (%s) beside several ends as one sound file',
    async (_, suffixes) => {
      const file = tempFile()
      const writers = Array.from({ length: 3 }, () => runProcess(built.folder, WRITER, { FILE: file }))
      await Promise.all(writers.map(writer => writer.message()))
      for (let i = 0; i < 20; i++) {
        await sleep(30)
        for (const suffix of suffixes) rmSync(file + suffix, { force: true })
      }
      await sleep(100)
      for (const { child } of writers) child.send('stop')
      const errors = (await Promise.all(writers.map(writer => writer.message()))) as string[][]
      // Whoever opens a file while it is deleted may be told so.
      for (const error of errors.flat()) expect(error).toMatch(/^ERR_SESSION_STORE_UNAVAILABLE: /)
      expect((await openStore(file).ids()).filter(sid => sid.startsWith('mark'))).toHaveLength(writers.length)
      expect(openClient(file).pragma('integrity_check', { simple: true })).toBe('ok')
    },
  )

  it('process: ends by itself with a store that was not closed, and nothing is lost', async () => {
    const file = tempFile()
    const { stdout, stderr, code } = await runModule(
      built.folder,
      `
      import { SqliteStore } from '@coatcheck/store-sqlite'
      const store = SqliteStore.open(${JSON.stringify(file)})
      await store.set('a', { cookie: {}, user: 'Ada' })
      console.log('stored')
    `,
    )
    expect([code, stdout, stderr]).toEqual([0, 'stored\n', ''])
    expect(await openStore(file).get('a')).toMatchObject({ user: 'Ada' })
  })
})

describe('without better-sqlite3', () => {
  const alone = useBuilt({ outside: true })

  it('open: tells how to install it', async () => {
    await link(alone.folder, Object.keys(manifest.dependencies))
    const { stdout, code } = await runModule(
      alone.folder,
      `
      import { SqliteStore } from '@coatcheck/store-sqlite'
      try {
        SqliteStore.open('sessions.db')
      } catch (error) {
        console.log(error.message)
      }
    `,
    )
    expect(stdout).toBe(
      `SqliteStore.open needs the package better-sqlite3 on Node ${process.versions.node}: npm install better-sqlite3@12. Node 22.13 and later have their own driver. In a bundle, pass a client: new SqliteStore({ client }).\n`,
    )
    expect(code).toBe(0)
  })
})
