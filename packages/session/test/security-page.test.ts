import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const page = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| (\d+\.\d+\.\d+) \| (.*) \| (.*) \| (.*) \|$/gm)]

/** The tests in a cell: links to files, each with the names of tests of that file. */
const named = (cell: string) =>
  [...cell.matchAll(/\]\(\.\.\/([^)]+\.ts)\): ((?:"[^"]+"(?:, )?)+)/g)].flatMap(([, file, names]) =>
    [...names!.matchAll(/"([^"]+)"/g)].map(([, name]) => [file!, name!] as const),
  )

it('security page: each requirement of ASVS 5.0, chapter 7 and 3.3, has a row', () => {
  const sections = [
    ['7.1', 3],
    ['7.2', 4],
    ['7.3', 2],
    ['7.4', 5],
    ['7.5', 3],
    ['7.6', 2],
    ['3.3', 5],
  ] as const
  const numbers = sections.flatMap(([section, count]) =>
    Array.from({ length: count }, (_, i) => `${section}.${i + 1}`),
  )
  const listed = rows.map(([, number]) => number).filter(number => /^(7|3\.3)\./.test(number!))
  expect(listed).toEqual(numbers)
})

it('security page: each row that this project meets names a test, and the others are left to the app', () => {
  for (const [, number, , how, tests] of rows) {
    const left = how!.startsWith('Your app')
    expect([number, left || named(tests!).length > 0]).toEqual([number, true])
  }
})

it('security page: each test that it names is in that file', () => {
  const tests = rows.flatMap(([, , , , cell]) => named(cell!))
  expect(tests.length).toBeGreaterThan(20)
  for (const [file, name] of tests) {
    const path = new URL(`../../../${file}`, import.meta.url)
    const found = existsSync(path) && readFileSync(path, 'utf8').includes(`'${name}'`)
    expect([file, name, found]).toEqual([file, name, true])
  }
})
