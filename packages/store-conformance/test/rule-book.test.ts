import { expect, test } from 'vitest'
import { rules } from '../src/index.ts'
import { ruleBook } from '../src/reports/rule-book.ts'

test('the rule book is that of the rules', async () => {
  await expect(ruleBook(rules)).toMatchFileSnapshot('../docs/rules.md')
})
