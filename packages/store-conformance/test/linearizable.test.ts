import { expect, test } from 'vitest'
import { linearizable, type Operation } from '../src/index.ts'

const write = (value: unknown, start: number, end: number): Operation => ({
  kind: 'write',
  value,
  start,
  end,
})
const read = (value: unknown, start: number, end: number): Operation => ({ kind: 'read', value, start, end })

test('linearizable: a read beside a write may give the old or the new value', () => {
  expect(linearizable([write(1, 0, 1), write(2, 2, 6), read(1, 3, 4), read(2, 4, 5)]).verdict).toBe('yes')
})

test('linearizable: a read after a write may not give the old value', () => {
  const stale = read(1, 4, 5)
  const { verdict, prefix, stuck } = linearizable([write(1, 0, 1), write(2, 2, 3), stale])
  expect({ verdict, prefix: prefix.length, stuck }).toEqual({ verdict: 'no', prefix: 2, stuck: [stale] })
})

test('linearizable: emptied means undefined', () => {
  expect(linearizable([write(1, 0, 1), write(undefined, 2, 3), read(undefined, 4, 5)]).verdict).toBe('yes')
})

test('linearizable: gives up rather than search without end', () => {
  const all = Array.from({ length: 12 }, (_, index) => write(index, 0, 10))
  expect(linearizable([...all, read('never written', 0, 10)], undefined, 50).verdict).toBe('unknown')
})

test('linearizable: a write that was never answered may have happened, at any time, or not', () => {
  const unknown: Operation = { ...write(2, 2, 3), unknown: true }
  const histories = [
    [write(1, 0, 1), unknown, read(1, 4, 5)],
    [write(1, 0, 1), unknown, read(2, 4, 5)],
    [write(1, 0, 1), unknown, read(1, 4, 5), read(2, 6, 7)],
  ]
  expect(histories.map(history => linearizable(history).verdict)).toEqual(['yes', 'yes', 'yes'])
  const back = [write(1, 0, 1), unknown, read(2, 4, 5), read(1, 6, 7)]
  expect(linearizable(back).verdict).toBe('no')
})
