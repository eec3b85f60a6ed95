import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { rules } from '../src/index.ts'
import { ruleBook } from '../src/reports/rule-book.ts'

test('the rule book is that of the rules', async () => {
  const score = JSON.parse(await readFile(new URL('../docs/mutation-score.json', import.meta.url), 'utf8'))
  await expect(ruleBook(rules, score)).toMatchFileSnapshot('../docs/rules.md')
})
