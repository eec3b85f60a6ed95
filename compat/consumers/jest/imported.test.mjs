import { answer } from '../app/imported.mjs'

test('a session from login to logout', async () => {
  expect(await answer()).toBe(process.env.EXPECTED)
})
