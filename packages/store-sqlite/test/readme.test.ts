import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'

const readme = readReadme(import.meta.url)

describe('the examples', () => {
  const built = useBuilt()

  it('readme: has three that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual([
      'Example',
      'Under express-session',
      'Under @fastify/session',
    ])
    expect(readme.text.match(/^```js/gm)).toHaveLength(5)
  })

  it.each(readme.runnable)(
    'readme: the one of "%s" counts, and goes on counting after a restart',
    async (_, source) => {
      const logsOut = source.includes('/logout')
      await expectToCount(() => runExample(built.folder, source), { logsOut, remembers: true })
    },
  )
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../src/options.ts')
    const common = membersOf(import.meta.url, '../../session/src/store/record-store-options.ts')
    const options = new Set([...own, ...common])
    expect(readme.listed('Options')).toEqual([...options].sort())
    expect(options.size).toBe(9)
  })
})
