import { describe, expect, it } from 'vitest'
import { implementations } from '../support/implementations.ts'
import { runNode } from '../support/run-node.ts'

const NAMES = ['Store', 'Cookie', 'Session', 'MemoryStore'] as const

describe.each(implementations)('$name', ({ name, session }) => {
  it('exports: the package is a function that makes middleware', () => {
    expect(session).toBeTypeOf('function')
    expect(session({ secret: 's' })).toBeTypeOf('function')
  })

  it.each(NAMES)('exports: %s stands on it', part => {
    expect(session[part]).toBeTypeOf('function')
    expect(session[part].prototype).toBeTypeOf('object')
  })

  it('exports: a MemoryStore is a Store', () => {
    expect(new session.MemoryStore()).toBeInstanceOf(session.Store)
  })

  describe('in a process of its own', () => {
    async function print(code: string, module: boolean): Promise<unknown> {
      const { stdout } = await runNode(name, code, { module })
      return JSON.parse(stdout)
    }

    const shape = `console.log(JSON.stringify([typeof session, ${NAMES.map(name => `typeof session.${name}`)}]))`
    const functions = Array(5).fill('function')

    it('exports: require gives the function with its constructors', async () => {
      expect(await print(`const session = require(PACKAGE); ${shape}`, false)).toEqual(functions)
    })

    it('exports: a default import gives the same', async () => {
      expect(await print(`import session from URL; ${shape}`, true)).toEqual(functions)
    })

    it('exports: the constructors can be imported and destructured by name', async () => {
      const list = NAMES.join(', ')
      const types = `console.log(JSON.stringify([${NAMES.map(name => `typeof ${name}`)}]))`
      expect(await print(`import { ${list} } from URL; ${types}`, true)).toEqual(Array(4).fill('function'))
      expect(await print(`const { ${list} } = require(PACKAGE); ${types}`, false)).toEqual(
        Array(4).fill('function'),
      )
    })

    it('exports: require and import give one and the same', async () => {
      const code = `
        import { createRequire } from 'node:module'
        import session, { Store } from URL
        const required = createRequire(import.meta.url)(PACKAGE)
        console.log(JSON.stringify([required === session, required.Store === Store]))`
      expect(await print(code, true)).toEqual([true, true])
    })

    it('exports: a dynamic import gives the function as its default', async () => {
      const code = `import(URL).then(({ default: session }) => { ${shape} })`
      expect(await print(code, false)).toEqual(functions)
    })

    it('exports: loading and using it keeps no process alive', async () => {
      const { stdout } = await runNode(name, `require(PACKAGE)({ secret: 's' }); console.log('done')`, {
        module: false,
      })
      expect(stdout).toBe('done\n')
    })
  })
})
