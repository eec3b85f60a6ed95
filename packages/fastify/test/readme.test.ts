import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'

const readme = readReadme(import.meta.url)

describe('the example', () => {
  const built = useBuilt({ stores: ['store-memory', 'fastify'] })

  it('readme: there is one that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual(['Example'])
  })

  it('readme: it counts, forgets a visitor who logs out, and forgets all with its process', async () => {
    const [[, source]] = readme.runnable as [[string, string]]
    await expectToCount(() => runExample(built.folder, source), { logsOut: true, remembers: false })
  })
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../src/options.ts')
    const engine = membersOf(import.meta.url, '../../session/src/options/engine-options.ts')
    expect(readme.listed('Options')).toEqual([...new Set([...own, ...engine])].sort())
  })

  it('readme: every option of @fastify/session is in it', () => {
    const types = new URL('../../../node_modules/@fastify/session/types/index.d.ts', import.meta.url)
    const [, body] = /interface FastifySessionOptions \{(.*?)^ {2}\}/ms.exec(readFileSync(types, 'utf8'))!
    const theirs = [...body!.matchAll(/^ {4}(\w+)\??[:(]/gm)].map(match => match[1]!)
    expect(theirs).toHaveLength(9)
    const table = readme.section('Coming from @fastify/session')
    expect(theirs.filter(name => !table.includes(`\`${name}\``))).toEqual([])
  })
})
