import { randomFillSync } from 'node:crypto'
import { expect, it, onTestFinished, vi } from 'vitest'
import { randomId } from '../../src/session/session-id.ts'

vi.mock('node:crypto', async importOriginal => {
  const real = await importOriginal<typeof import('node:crypto')>()
  return { ...real, default: real, randomFillSync: vi.fn(real.randomFillSync) }
})

it('ids: a copy of the process, which begins later, does not hand out those of the original', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const draws = vi.mocked(randomFillSync).mock.calls
  randomId()
  randomId()
  // What is drawn ahead is in the memory of both.
  expect(draws).toHaveLength(1)
  vi.setSystemTime(Date.now() + 5000)
  randomId()
  expect(draws).toHaveLength(2)
})
