import { expect, test } from '@jest/globals'
import { answer } from '../app/typed'

test('a session from login to logout', async () => {
  expect(await answer()).toBe(process.env.EXPECTED)
})
