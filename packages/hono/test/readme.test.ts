import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'
import { runOn, runtimes } from './support/runtimes.ts'

const readme = readReadme(import.meta.url)

describe('the example', () => {
  const built = useBuilt({ stores: ['store-memory', 'hono'] })
  const [[, source]] = readme.runnable as [[string, string]]

  it('readme: there is one that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual(['Example'])
  })

  it('readme: it counts, forgets a visitor who logs out, and forgets all with its process', async () => {
    await expectToCount(() => runExample(built.folder, source), { logsOut: true, remembers: false })
  })

  it.each(runtimes)(
    'readme: it does so on %s, with the last line that the README has for that',
    async (name, serve) => {
      expect(readme.text).toContain(`\`${serve}\``)
      const head = source.replace(/^import .*node-server'\n/m, '').replace(/^serve\(.*/ms, '')
      const run = () => runOn(name, built.folder, `${head}${serve}\n`)
      await expectToCount(run, { logsOut: true, remembers: false })
    },
  )
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../../session/src/fetch/options.ts')
    const engine = membersOf(import.meta.url, '../../session/src/options/engine-options.ts')
    expect(readme.listed('Options')).toEqual([...new Set([...own, ...engine])].sort())
  })
})
