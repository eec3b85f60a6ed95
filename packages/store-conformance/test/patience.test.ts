import { expect, test } from 'vitest'
import { after, crowding } from '../src/values/patience.ts'

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

test('a pause of the whole process does not use up a deadline', async () => {
  let over = false
  const stop = after(600, () => {
    over = true
  })
  standStill(1500)
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  const overAtOnce = over
  stop()
  expect(overAtOnce).toBe(false)
})

test('a deadline ends, and can be stopped', async () => {
  const ended: string[] = []
  after(60, () => ended.push('first'))
  const stop = after(30, () => ended.push('stopped'))
  stop()
  while (ended.length === 0) await new Promise(resolve => setTimeout(resolve, 10))
  expect(ended).toEqual(['first'])
})

test('limits grow with the processes that want a processor, to six times at most', () => {
  const limit = (load: number) => crowding({ load, processors: 2 })
  expect([limit(0), limit(2), limit(9), limit(90)]).toEqual([1, 1, 4.5, 6])
})
