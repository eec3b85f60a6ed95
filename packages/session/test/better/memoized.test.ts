import { expect, it } from 'vitest'
import { isoText } from '../../src/cookie/iso-text.ts'
import { readSessionIds, signSessionId } from '../../src/cookie/session-ids.ts'

const SECRET = 'a secret of thirty-two characters'

/** Bytes may be changed in place, so nothing is remembered for them. */
const bytes = (text: string) => Buffer.from(text)

it('dates: the text is that of toISOString, also after another date in the same second and at the ends of the calendar', () => {
  const times = [
    0, 1, 999, 1000, -1, -1000, -1001, 8.64e15, -8.64e15, 253_402_300_800_000, -62_198_755_200_001,
  ]
  for (let i = 0; i < 2000; i++) times.push(1_700_000_000_000 + Math.floor(Math.random() * 3000))
  for (const ms of times) expect(isoText(new Date(ms))).toBe(new Date(ms).toISOString())
})

it('dates: one that is not valid throws as toISOString does, and the next one is right', () => {
  expect(() => isoText(new Date(Number.NaN))).toThrow(RangeError)
  expect(isoText(new Date(1234))).toBe('1970-01-01T00:00:01.234Z')
})

const cookie = encodeURIComponent(signSessionId('one', SECRET))
const other = encodeURIComponent(signSessionId('two', SECRET))
const foreign = encodeURIComponent(signSessionId('one', 'a secret of somebody else, long enough'))

it.each([
  ['alone', `sid=${cookie}`],
  ['behind others', `a=1; sid=${cookie}`],
  ['in front of others', `sid=${cookie}; a=1`],
  ['without a space', `a=1;sid=${cookie}`],
  ['with spaces', `sid = ${cookie}`],
  ['not encoded', `sid=${decodeURIComponent(cookie)}`],
  ['quoted', `sid="${cookie}"`],
  ['twice', `sid=${cookie}; sid=${other}`],
  ['first with another signature', `sid=${foreign}; sid=${cookie}`],
  ['under a longer name', `my-sid=${cookie}`],
  ['under a longer name, and its own', `sidecar=${other}; sid=${cookie}`],
  ['in the value of another', `a=sid=${cookie}`],
  ['in the value of another, after a space', `a=x sid=${cookie}`],
  ['in the value of another, after a semicolon', `a="x;sid=${cookie}"`],
  ['with a space behind it', `sid=${cookie} ; a=1`],
  ['with an empty value', 'sid='],
  ['with another signature', `sid=${foreign}`],
  ['with a letter more', `sid=${cookie}a`],
])('a cookie %s: the ids are the same when it was seen before', (_, header) => {
  const expected = readSessionIds(header, 'sid', [bytes(SECRET)])
  for (let i = 0; i < 3; i++) expect(readSessionIds(header, 'sid', [SECRET])).toEqual(expected)
})

it('a cookie that was seen with one secret counts for no other secret', () => {
  const header = `sid=${cookie}`
  expect(readSessionIds(header, 'sid', [SECRET])).toHaveLength(1)
  expect(readSessionIds(header, 'sid', ['another secret, long enough'])).toEqual([])
  const rotated = ['another secret, long enough', SECRET]
  for (let i = 0; i < 2; i++)
    expect(readSessionIds(header, 'sid', rotated)).toEqual([{ id: 'one', outdated: true }])
})
