import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'
import { CREDENTIALS, useDynamodb } from './support/dynamodb.ts'

const readme = readReadme(import.meta.url)

describe('the examples', () => {
  const built = useBuilt({ stores: ['store-dynamodb'] })
  const place = useDynamodb()

  it('readme: has two that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual(['Example', 'Under express-session'])
  })

  it.each(readme.runnable)(
    'readme: the one of "%s" counts, and goes on counting after a restart',
    async (_, source) => {
      const url = `dynamodb://eu-central-1/${place.newTable()}?endpoint=${place.server.url}`
      const env = { ...CREDENTIALS, DYNAMODB_URL: url }
      const logsOut = source.includes('/logout')
      // On a busy machine a process waits for its turn longer than the server takes to answer.
      const patient = source.replace("/sessions')", "/sessions', { timeout: 60_000 })")
      expect(patient).not.toBe(source)
      await expectToCount(() => runExample(built.folder, patient, env), { logsOut, remembers: true })
    },
  )
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../src/options.ts', /^(Layout|\w+Options)$/)
    const common = membersOf(import.meta.url, '../../session/src/store/record-store-options.ts')
    const options = new Set([...own, ...common].filter(name => name !== 'pruneInterval'))
    expect(readme.listed('Options')).toEqual([...options].sort())
    expect(options.size).toBeGreaterThan(10)
  })
})
