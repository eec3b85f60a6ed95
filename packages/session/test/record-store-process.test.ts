import { beforeAll, describe, expect, it } from 'vitest'
import { installBuilt, runModule } from './support/child.ts'

// What ends, warns or exits is looked at from outside, in a process of its own.

let folder: string
beforeAll(async () => {
  folder = await installBuilt()
})

/** A store over a Map, and what the test does with it. */
function run(test: string) {
  return runModule(
    folder,
    `
    import { RecordStore } from '@coatcheck/session'
    import { setTimeout as sleep } from 'node:timers/promises'
    class MapStore extends RecordStore {
      rows = new Map()
      pruned = []
      async _read(sid) { const data = this.rows.get(sid); return data && { data, ttl: 60000 } }
      async _write(sid, data) { this.rows.set(sid, data) }
      async _update(sid, data) { this.rows.set(sid, data); return 'updated' }
      async _touch(sid) { return this.rows.has(sid) }
      async _destroy(sid) { return this.rows.delete(sid) }
      async *_entries() { for (const [sid, data] of this.rows) yield { sid, data, ttl: 60000 } }
      async _clear() { this.rows.clear() }
      async _prune(limit) { this.pruned.push(performance.now()); return 0 }
    }
    const session = { cookie: { originalMaxAge: null, path: '/' }, user: 'Ada' }
    ${test}
  `,
  )
}

describe('callbacks that throw', () => {
  const methods = [
    "get('known', thrower)",
    "set('known', session, thrower)",
    "touch('known', session, thrower)",
    "destroy('other', thrower)",
    'length(thrower)',
  ]
  it.each(methods)(
    'callback: what it throws in %s is an uncaught exception, and changes nothing',
    async call => {
      const { stdout, code } = await run(`
      const store = new MapStore({ pruneInterval: false })
      await store.set('known', session)
      let calls = 0
      const thrower = () => { calls++; throw new Error('own mistake') }
      process.on('uncaughtException', (error, origin) => console.log(origin, error.message))
      store.${call}
      await sleep(30)
      console.log(calls, (await store.get('known')).user)
    `)
      expect(code).toBe(0)
      expect(stdout).toBe('uncaughtException own mistake\n1 Ada\n')
    },
  )

  it('callback: without a handler it ends the process, as any exception', async () => {
    const { stderr, code } = await run(`
      const store = new MapStore()
      store.get('known', () => { throw new Error('own mistake') })
    `)
    expect(code).not.toBe(0)
    expect(stderr).toContain('own mistake')
  })

  it('promise: a failure that nobody awaits does not end the process', async () => {
    const { stdout, stderr, code } = await run(`
      const store = new MapStore({ pruneInterval: false })
      store._destroy = async () => { throw new Error('store down') }
      store.destroy('known')
      await sleep(30)
      console.log('alive')
    `)
    expect([code, stdout, stderr]).toEqual([0, 'alive\n', ''])
  })
})

describe('prune timer', () => {
  it('prune: the timer does not keep a process alive', async () => {
    const began = performance.now()
    const { stdout, code } = await run(`
      const store = new MapStore({ pruneInterval: 60000 })
      await store.set('known', session)
      console.log('done')
    `)
    expect([code, stdout]).toEqual([0, 'done\n'])
    expect(performance.now() - began).toBeLessThan(40_000)
  })

  it('prune: runs again and again, at irregular times, until the store is closed', async () => {
    const { stdout } = await run(`
      const store = new MapStore({ pruneInterval: 40 })
      await store.length()
      while (store.pruned.length < 12) await sleep(20)
      await store.close()
      const { pruned } = store
      const before = pruned.length
      await sleep(150)
      const gaps = pruned.slice(1).map((at, i) => at - pruned[i])
      console.log(JSON.stringify({ before, after: pruned.length, least: Math.min(...gaps), most: Math.max(...gaps) }))
    `)
    const { before, after, least, most } = JSON.parse(stdout)
    expect(before).toBeGreaterThan(8)
    expect(after).toBe(before)
    expect(least).toBeGreaterThanOrEqual(18)
    expect(most - least).toBeGreaterThan(5)
  })

  it('prune: does not run with false', async () => {
    const { stdout } = await run(`
      const store = new MapStore({ pruneInterval: false })
      await store.length()
      await sleep(100)
      console.log(store.pruned.length)
    `)
    expect(stdout).toBe('0\n')
  })

  it('prune: a failure is a warning, and the timer goes on', async () => {
    const { stdout, stderr, code } = await run(`
      const store = new MapStore({ pruneInterval: 30 })
      store._prune = async () => { store.pruned.push(1); throw new Error('table locked') }
      await store.length()
      await sleep(300)
      console.log(store.pruned.length > 2)
    `)
    expect([code, stdout]).toEqual([0, 'true\n'])
    expect(stderr).toMatch(/Expired sessions could not be deleted: Error: table locked/)
  })

  it('prune: goes on in batches until nothing is left, and tells how many there were', async () => {
    const { stdout } = await run(`
      const store = new MapStore({ pruneInterval: false })
      let left = 2500
      store._prune = async limit => { const n = Math.min(limit, left); left -= n; return n }
      console.log(await store.prune(), left)
    `)
    expect(stdout).toBe('2500 0\n')
  })
})
