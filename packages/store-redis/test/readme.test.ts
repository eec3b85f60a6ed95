import { describe, expect, inject, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'

const readme = readReadme(import.meta.url)

describe('the examples', () => {
  const built = useBuilt({ stores: ['store-redis'] })

  it('readme: has four that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual([
      'Example',
      'With node-redis',
      'Under express-session',
      'Under @fastify/session',
    ])
  })

  it.each(readme.runnable)(
    'readme: the one of "%s" counts, and goes on counting after a restart',
    async (_, source) => {
      const env = { REDIS_URL: `${inject('redisUrl')}/14` }
      const logsOut = source.includes('/logout')
      await expectToCount(() => runExample(built.folder, source, env), { logsOut, remembers: true })
    },
  )
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../src/redis-store.ts')
    const common = membersOf(import.meta.url, '../../session/src/store/record-store-options.ts')
    const options = [...own, ...common].filter(name => name !== 'pruneInterval')
    expect(readme.listed('Options')).toEqual(options.sort())
    expect(options).toHaveLength(9)
  })
})
