import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { expect, it, onTestFinished, vi } from 'vitest'
import { randomId } from '../../src/session/session-id.ts'

it('ids: a copy of the process, which begins later, does not hand out those of the original', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const drawing = vi.spyOn(crypto, 'randomFillSync')
  syncBuiltinESMExports()
  onTestFinished(() => {
    vi.useRealTimers()
    drawing.mockRestore()
    syncBuiltinESMExports()
  })
  const later = () => vi.setSystemTime(Date.now() + 5000)
  later()
  randomId()
  randomId()
  // What is drawn ahead is in the memory of both.
  expect(drawing).toHaveBeenCalledTimes(1)
  later()
  randomId()
  expect(drawing).toHaveBeenCalledTimes(2)
})
