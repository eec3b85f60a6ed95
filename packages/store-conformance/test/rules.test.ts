import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { rules } from '../src/index.ts'

/** Id and level of every rule there ever was; only added to. */
async function listed(): Promise<Map<string, string>> {
  const text = await readFile(new URL('./rule-ids.txt', import.meta.url), 'utf8')
  return new Map(
    text
      .trim()
      .split('\n')
      .map(line => line.split(' ') as [string, string]),
  )
}

test('every rule tells what it asks for, why, what to check, where it was seen, and where to read more', () => {
  for (const { id, sentence, why, check, seenIn, link } of rules) {
    expect(sentence, id).toMatch(/^\w.*\.$/)
    expect(why, id).toMatch(/\w.*[.?]$/)
    expect(check.length, `${id} check`).toBeGreaterThan(20)
    expect(seenIn.length, `${id} seenIn`).toBeGreaterThan(5)
    expect(link, id).toMatch(/^https:\/\/[\w.-]+\/\S*$/)
    const prose = [sentence, why, check, seenIn].join(' ')
    expect(prose, `${id}: the link carries the number`).not.toMatch(/#\d/)
    expect(prose, `${id}: a rule says what is, in the manner of its level`).not.toMatch(/\bshould\b/i)
  }
})

test('every rule says which axes it goes along, and each axis has rules in several families', () => {
  const axes = ['number', 'size', 'parallelism', 'time', 'repetition']
  for (const rule of rules) {
    expect(rule.axes, rule.id).toEqual(axes.filter(axis => rule.axes.some(own => own === axis)))
  }
  for (const axis of axes) {
    const going = rules.filter(rule => rule.axes.some(own => own === axis))
    expect(new Set(going.map(rule => rule.family)).size, axis).toBeGreaterThan(3)
  }
})

test('ids are unique and of one form', () => {
  const ids = rules.map(rule => rule.id)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  expect(ids.filter(id => !/^[A-Z]{2,3}-\d\d$/.test(id))).toEqual([])
})

test('no rule is ever removed: its id stays taken', async () => {
  const ids = new Set(rules.map(rule => rule.id))
  expect([...(await listed()).keys()].filter(id => !ids.has(id))).toEqual([])
})

test('no rule becomes stricter within a contract', async () => {
  const known = await listed()
  const stricter = rules.filter(({ id, level, provisional }) => {
    return level === 'MUST' && !provisional && ![undefined, 'MUST'].includes(known.get(id))
  })
  expect(stricter.map(rule => rule.id)).toEqual([])
})

test('a new rule is added to rule-ids.txt', async () => {
  const known = await listed()
  const unlisted = rules.filter(rule => !known.has(rule.id))
  expect(unlisted.map(({ id, level }) => `${id} ${level}`)).toEqual([])
})
