import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { rules } from '../src/index.ts'
import { mutants } from './mutants/index.ts'

test('the rules as JSON, for suites in other languages, are those of this suite', async () => {
  const published = rules.map(({ run, ...rule }) => ({
    since: '1.0',
    ...rule,
    kills: mutants.filter(mutant => mutant.rule === rule.id).map(({ name }) => name),
  }))
  // Compared as data, since the formatter has its own way with JSON. UPDATE_RULES=1 writes the file anew.
  const file = new URL('../docs/rules.json', import.meta.url)
  const text = `${JSON.stringify(published, null, 2)}\n`
  if (process.env.UPDATE_RULES) await writeFile(file, text)
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(text))
})

test('the map of rules and mutants is that of the corpus', async () => {
  const rows = rules.map(({ id }) => {
    const names = mutants.filter(mutant => mutant.rule === id).map(({ name }) => `\`${name}\``)
    return `| [${id}](rules.md#${id.toLowerCase()}) | ${names.join(', ')} |`
  })
  const text = `# Which rule kills which mutant

A mutant is a store with one deliberate fault. Each one is killed by the rule beside it; others may notice it as well.

| Rule | Mutants |
|---|---|
${rows.join('\n')}
`
  await expect(text).toMatchFileSnapshot('../docs/mutants.md')
})
