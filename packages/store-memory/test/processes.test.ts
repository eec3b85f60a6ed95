import { expect, it } from 'vitest'
import { runModule, runNode, useBuilt } from '../../session/test/support/child.ts'

const built = useBuilt({ stores: ['store-memory'] })

/** Run this module text with options of Node, and give what it prints as JSON. */
async function run(options: string[], source: string): Promise<unknown> {
  const exit = await runNode([...options, '--input-type=module', '--eval', source], { cwd: built.folder })
  expect([exit.code, exit.stderr]).toEqual([0, ''])
  return JSON.parse(exit.stdout)
}

it('process: ends by itself with a store that was not closed', async () => {
  const { code, stdout, stderr } = await runModule(
    built.folder,
    `
    import { MemoryStore } from '@coatcheck/store-memory'
    const store = MemoryStore.open('memory:', { pruneInterval: 60_000 })
    await store.set('a', { cookie: {}, user: 'Ada' })
    console.log((await store.get('a')).user)
  `,
  )
  expect([code, stdout, stderr]).toEqual([0, 'Ada\n', ''])
})

it('require: gives the class', async () => {
  const source = "console.log(new (require('@coatcheck/store-memory').MemoryStore)().usage().sessions)"
  const { stdout, stderr } = await runNode(['--eval', source], { cwd: built.folder })
  expect([stdout, stderr]).toEqual(['0\n', ''])
})

const FILL = `
  import { getHeapStatistics } from 'node:v8'
  import { MemoryStore } from '@coatcheck/store-memory'
  process.removeAllListeners('warning')
  const allowed = getHeapStatistics().heap_size_limit
`

it('maxBytes: a process that sets no bound writes far more than its heap holds, and lives', async () => {
  const answer = await run(
    // Young objects in the space that they have on Node 20, so that the test is the same on all.
    ['--max-old-space-size=48', '--max-semi-space-size=16'],
    `${FILL}
    const store = new MemoryStore()
    const text = 'x'.repeat(10_000)
    let written = 0
    for (let n = 0; written < 3 * allowed; n++) {
      await store.set('sid ' + n, { cookie: {}, n, text })
      written += text.length
    }
    const { bytes } = store.usage()
    console.log(JSON.stringify([bytes / allowed, await store.get('sid 0') === undefined]))
  `,
  )
  // Less than a quarter, since much of the limit of so small a heap is for young objects.
  expect(answer).toEqual([expect.closeTo(0.125, 2), true])
})

it.each([
  ['plain', 100],
  ['plain', 700],
  ['plain', 5000],
  ['Łukasz, ключ', 700],
  ['漢字', 700],
])('usage: tells what sessions take of the heap: "%s", %d characters', async (sample, length) => {
  const text = sample.repeat(length / sample.length)
  const ratio = await run(
    ['--expose-gc'],
    `${FILL}
    import { randomBytes } from 'node:crypto'
    const store = new MemoryStore({ maxBytes: Infinity })
    const data = { cookie: {}, text: ${JSON.stringify(text)} }
    const add = () => store.set(randomBytes(24).toString('base64url'), data)
    await add()
    gc()
    gc()
    const before = process.memoryUsage().heapUsed
    for (let n = 1; n < 20_000; n++) await add()
    gc()
    gc()
    console.log((process.memoryUsage().heapUsed - before) / store.usage().bytes)
  `,
  )
  expect(ratio).toBeGreaterThan(0.85)
  expect(ratio).toBeLessThan(1.15)
})

it('memory: does not grow with sessions that come and go', async () => {
  const grown = await run(
    ['--expose-gc'],
    `${FILL}
    const store = new MemoryStore({ max: 100 })
    async function comeAndGo(times) {
      for (let n = 0; n < times; n++) {
        await store.set('sid ' + n, { cookie: {}, n })
        if (n % 3 === 0) await store.destroy('sid ' + n)
        if (n % 1000 === 0) await new Promise(setImmediate)
      }
      gc()
      gc()
      return process.memoryUsage().heapUsed
    }
    const before = await comeAndGo(10_000)
    console.log(await comeAndGo(200_000) - before)
  `,
  )
  expect(grown).toBeLessThan(500_000)
})

it('ids: one that is a piece of the headers of a request does not keep them in memory', async () => {
  const kept = await run(
    ['--expose-gc'],
    `${FILL}
    const store = new MemoryStore({ maxBytes: Infinity })
    gc()
    gc()
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < 1000; n++) {
      const headers = Buffer.from('n'.repeat(10_000) + String(n).padStart(32, '0')).toString()
      await store.set(headers.slice(10_000), { cookie: {}, n })
    }
    gc()
    gc()
    console.log((process.memoryUsage().heapUsed - before) / 1000)
  `,
  )
  expect(kept).toBeLessThan(1000)
})
