const { answer } = require('../app/required.cjs')

test('a session from login to logout', async () => {
  expect(await answer()).toBe(process.env.EXPECTED)
})
