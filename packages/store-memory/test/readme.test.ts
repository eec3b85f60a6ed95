import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'

const readme = readReadme(import.meta.url)

describe('the examples', () => {
  const built = useBuilt({ stores: ['store-memory'] })

  it('readme: has three that can be run, and one that is a part', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual([
      'Example',
      'Under express-session',
      'Under @fastify/session',
    ])
    expect(readme.text.match(/^```js/gm)).toHaveLength(4)
  })

  it.each(readme.runnable)(
    'readme: the one of "%s" counts, and forgets what it knew with its process',
    async (_, source) => {
      const logsOut = source.includes('/logout')
      await expectToCount(() => runExample(built.folder, source), { logsOut, remembers: false })
    },
  )
})

describe('the tables', () => {
  const sourceOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../src/memory-store-options.ts')
    const common = membersOf(import.meta.url, '../../session/src/store/record-store-options.ts')
    const options = new Set([...own, ...common])
    expect(readme.listed('Options')).toEqual([...options].sort())
    expect(options.size).toBe(9)
  })

  it('readme: every reason is in it, and every option of memorystore', () => {
    const [, reasons] = /type EvictReason = (.*)/.exec(sourceOf('../src/memory-store-options.ts'))!
    expect(readme.listed('When it is full', /^\| `'(\w+)'` \|/gm)).toEqual(reasons!.match(/\w+/g)!.sort())
    const declared = sourceOf('../../../node_modules/memorystore/index.d.ts')
    const [, body] = /interface MemoryStoreOptions \{(.*?)^\}/ms.exec(declared)!
    const options = [...body!.matchAll(/^\t(\w+)\?:/gm)].map(match => match[1]!)
    expect(new Set(readme.listed('Coming from memorystore', /^\| `(\w+)`/gm))).toEqual(new Set(options))
  })
})
