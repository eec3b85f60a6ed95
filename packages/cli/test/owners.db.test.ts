import { randomBytes } from 'node:crypto'
import { openStore } from '@coatcheck/session/stores'
import { expect, inject, it, onTestFinished } from 'vitest'
import { coatcheck, sessionOf } from './support/command.ts'

const name = () => `cli_owners_${randomBytes(6).toString('hex')}`

const kinds: Record<string, () => string> = {
  Redis: () => `${inject('redisUrl')}?prefix=${name()}:`,
  PostgreSQL: () => `${inject('postgresUrl')}?table=${name()}`,
  MySQL: () => `${inject('mysqlUrl')}?table=${name()}`,
  MongoDB: () => {
    const url = new URL(inject('mongodbUrl'))
    url.searchParams.set('collection', name())
    return url.href
  },
}

it.each(Object.keys(kinds))('sessions and logout: of one owner of a store in %s', async kind => {
  const url = kinds[kind]!()
  const store = await openStore(url, { owner: 'user', hashIds: true })
  onTestFinished(async () => {
    await store.clear()
    await store.close()
  })
  for (const sid of ['first id', 'second id', 'third id']) await store.set(sid, sessionOf({ user: 'Ada' }))
  await store.set('another id', sessionOf({ user: 'Adam' }))
  const options = ['--store', url, '--owner', 'user', '--hash-ids']

  const { code, out } = await coatcheck(['sessions', 'Ada', '--json', '--reveal', ...options])
  const ids = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line).id)
  expect([code, ids.sort()]).toEqual([
    0,
    ['first id', 'second id', 'third id'].map(sid => store.keyOf(sid)).sort(),
  ])
  for (const id of ids) expect(await store.get(id)).toBeUndefined()

  const except = ['--except', 'second id']
  expect(await coatcheck(['logout', 'Ada', '--yes', '--json', ...except, ...options])).toEqual({
    code: 0,
    out: '{"removed":2}\n',
    err: '',
  })
  expect((await store.ids()).sort()).toEqual(['another id', 'second id'].map(sid => store.keyOf(sid)).sort())
})

it.each(['PostgreSQL', 'MySQL'])(
  'sessions: a table without owners in %s does not get a column',
  async kind => {
    const url = kinds[kind]!()
    const store = await openStore(url)
    onTestFinished(async () => {
      await store.clear()
      await store.close()
    })
    for (let round = 0; round < 2; round++) {
      const { code, out, err } = await coatcheck(['sessions', 'Ada', '--store', url, '--owner', 'user'])
      expect([code, out]).toEqual([1, ''])
      expect(err).toMatch(
        /^coatcheck: The session store \([^)]+\) has no column "owner" in the table ["`.\w]*cli_owners_\w+["`]\n$/,
      )
    }
  },
)
