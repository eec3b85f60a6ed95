import { expect, it } from 'vitest'
import { openStore, sessionOf } from './support/stores.ts'

it('diagnose: the bounds, and how much of them is used', async () => {
  const store = openStore({ max: 10, maxBytes: 1_000_000 })
  await store.set('a', sessionOf())
  const { bytes } = store.usage()
  expect(await store.diagnose()).toEqual([
    {
      name: 'packages',
      level: 'ok',
      text: expect.stringMatching(/^@coatcheck\/store-memory \d+\.\d+\.\d+\S*$/),
    },
    { name: 'memory', level: 'ok', text: 'sessions are in this process only, and end with it' },
    { name: 'max', level: 'ok', text: '1 of 10 sessions' },
    { name: 'maxBytes', level: 'ok', text: `${bytes} of 1000000 bytes` },
  ])
})

it('diagnose: a store that is nearly full is a warning', async () => {
  const store = openStore({ max: 10 })
  for (let n = 0; n < 9; n++) await store.set(`a${n}`, sessionOf())
  const fill = (await store.diagnose()).find(({ name }) => name === 'max')
  expect(fill).toMatchObject({ level: 'warning', text: expect.stringMatching(/^9 of 10 sessions: /) })
})
