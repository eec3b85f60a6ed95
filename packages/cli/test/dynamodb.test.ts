import { expect, it } from 'vitest'
import { useDynamodb } from '../../store-dynamodb/test/support/dynamodb.ts'
import { coatcheck, fill, sessionOf } from './support/command.ts'

const place = useDynamodb()
const placeIn = () =>
  `dynamodb://eu-central-1/${place.newTable()}?endpoint=${place.server.url}&timeout=60000&checkTimeout=60000`

it('dynamodb: doctor, ls, count and rm on a table', async () => {
  const env = { SESSION_STORE: placeIn() }
  await fill(env.SESSION_STORE, { a: sessionOf({ user: 'Ada' }, 3_600_000), b: sessionOf() })
  const { code, out } = await coatcheck(['doctor'], { env })
  expect(code).toBe(0)
  for (const name of ['packages', 'server', 'table', 'TTL']) expect(out).toContain(name)
  expect(await coatcheck(['count'], { env })).toEqual({ code: 0, out: '2\n', err: '' })
  const listed = await coatcheck(['ls', '--reveal', '--json'], { env })
  const rows = listed.out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(rows.map(({ id }) => id).sort()).toEqual(['a', 'b'])
  expect(await coatcheck(['rm', 'a', '--yes'], { env })).toMatchObject({ code: 0 })
  expect(await coatcheck(['count'], { env })).toEqual({ code: 0, out: '1\n', err: '' })
})

it('dynamodb: a table that does not exist is an error, and is not made', async () => {
  const env = { SESSION_STORE: placeIn() }
  for (let i = 0; i < 2; i++) {
    expect(await coatcheck(['count'], { env })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^coatcheck: .* has no table "test-/),
    })
  }
})
