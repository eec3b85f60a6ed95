import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { table, tested } from './support/tested.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

describe('README', () => {
  it('table: names what is installed', () => {
    const [, there] = /\n\n(\| What [\s\S]*?)\n\n/.exec(read('../README.md')) ?? []
    expect(there).toBe(table())
  })

  it('table: names each test', () => {
    const files = readdirSync(new URL('.', import.meta.url), { recursive: true }) as string[]
    const tests = files.filter(file => file.endsWith('.test.ts') && file !== 'readme.test.ts')
    expect(tested.flatMap(({ tests }) => tests).sort()).toEqual(tests.sort())
  })

  it('table: names each package that was installed for these tests', () => {
    const { dependencies } = JSON.parse(read('../package.json'))
    const own = Object.keys(dependencies).filter(name => !/^@(coatcheck|types)\//.test(name))
    const named = tested.flatMap(({ packages }) => packages)
    // The client comes with its server.
    expect(own.filter(name => name !== 'socket.io-client' && !named.includes(name))).toEqual([])
  })
})
