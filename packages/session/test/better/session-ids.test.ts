import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { readSessionIds, signSessionId } from '../../src/cookie/session-ids.ts'
import { randomId } from '../../src/session/session-id.ts'

const HEADERS = 2000
const PADDING = 8000
const WAYS = 40_000

function heap(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}

it.each([
  ['a text, whose cookies are remembered', 'a secret of thirty-two characters'],
  ['bytes', Buffer.alloc(32, 1)],
])('ids: one that is kept does not keep the Cookie header that it came in (secret: %s)', (_, secret) => {
  const kept: string[] = []
  const before = heap()
  for (let i = 0; i < HEADERS; i++) {
    const cookie = encodeURIComponent(signSessionId(randomId(), secret))
    const header = Buffer.from(`filler=${'x'.repeat(PADDING)}; connect.sid=${cookie}`).toString('latin1')
    kept.push(readSessionIds(header, 'connect.sid', [secret])[0]!.id)
  }
  const grown = heap() - before
  expect(kept).toHaveLength(HEADERS)
  // With their headers they would be 16 MB.
  expect(grown).toBeLessThan((HEADERS * PADDING) / 2)
})

it('ids: a client that encodes one of them in many ways fills no memory with it', () => {
  const secret = 'a secret of thirty-two characters'
  const signed = signSessionId(randomId(), secret)
  const encoded = (way: number) =>
    [...signed]
      .map((letter, i) => (way & (1 << i) ? `%${letter.charCodeAt(0).toString(16)}` : letter))
      .join('')
  const before = heap()
  for (let way = 0; way < WAYS; way++) {
    const ids = readSessionIds(`connect.sid=${encoded(way)}`, 'connect.sid', [secret])
    if (ids[0]?.id !== signed.slice(2, 34)) throw new Error(`"${encoded(way)}" has the ids ${ids}`)
  }
  // Remembered all, they would be 8 MB.
  expect(heap() - before).toBeLessThan(3_000_000)
})

it('ids: none comes twice', () => {
  const ids = new Set(Array.from({ length: 10_000 }, randomId))
  expect(ids.size).toBe(10_000)
  for (const id of ids) expect(id).toMatch(/^[\w-]{32}$/)
})
