import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { copyConsumer, installBuilt, link, runModule, typescript } from './support/child.ts'

const TYPES = ['@types/node', '@types/express', 'express']

/** What the compiler says of a project in `consumers`, with what is published and these types installed. */
async function compile(folder: string, name: string): Promise<string> {
  const { code, stdout } = await typescript(['-p', await copyConsumer(folder, name), '--pretty', 'false'])
  return code === 0 ? 'fine' : stdout
}

describe('without the types of express-session', () => {
  let folder: string
  beforeAll(async () => {
    folder = await installBuilt({ outside: true })
    await link(folder, TYPES)
  })

  it.each(['esm', 'commonjs', 'bundler'])(
    'types: a project of kind %s compiles, libraries included',
    async name => {
      expect(await compile(folder, name)).toBe('fine')
    },
  )

  it('types: theirs are really not there', async () => {
    expect(await compile(folder, 'beside-express-session')).toMatch(/Cannot find module 'express-session'/)
  })
})

describe('beside the types of express-session', () => {
  it("types: both can be used in one project, and Express's request keeps theirs", async () => {
    const folder = await installBuilt({ outside: true })
    await link(folder, [...TYPES, '@types/express-session', 'express-session'])
    expect(await compile(folder, 'beside-express-session')).toBe('fine')
    // A project that does not know of them sees the same: installed is enough.
    expect(await compile(folder, 'commonjs')).toBe('fine')
  })
})

describe('what is published', () => {
  let folder: string
  beforeAll(async () => {
    folder = await installBuilt()
  })

  it('module: import and require give the same function and parts', async () => {
    const { stdout } = await runModule(
      folder,
      `
      import { createRequire } from 'node:module'
      import session, * as all from '@coatcheck/session'
      const required = createRequire(import.meta.url)('@coatcheck/session')
      const { Store, Cookie, Session, MemoryStore, RecordStore, SessionError } = required
      console.log(required === session, all.session === session, required.session === session)
      for (const part of [Store, Cookie, Session, MemoryStore, RecordStore, SessionError]) {
        console.log(part.name, part === all[part.name], part === session[part.name])
      }
    `,
    )
    expect(stdout.trim().split('\n')).toEqual([
      'true true true',
      'Store true true',
      'Cookie true true',
      'Session true true',
      'MemoryStore true true',
      'RecordStore true true',
      'SessionError true true',
    ])
  })

  it('module: both entry points are of one piece', async () => {
    const { stdout } = await runModule(
      folder,
      `
      import { Store } from '@coatcheck/session'
      import { MigratingStore } from '@coatcheck/session/stores'
      console.log(MigratingStore.prototype instanceof Store)
    `,
    )
    expect(stdout.trim()).toBe('true')
  })

  it('module: DEBUG turns our output on, also in the published bundle', async () => {
    const { stderr } = await runModule(
      folder,
      `
      process.env.DEBUG = 'express-session'
      const { default: session } = await import('@coatcheck/session')
      const middleware = session({ secret: 's', resave: false, saveUninitialized: false })
      middleware({ headers: { cookie: 'connect.sid=unsigned' }, url: '/', socket: {} }, { end() {} }, () => {})
    `,
    )
    expect(stderr).toContain('express-session the session cookie is not signed')
  })

  it('module: every consumer project is compiled by a test', () => {
    const projects = readdirSync(new URL('consumers', import.meta.url)).sort()
    expect(projects).toEqual(['beside-express-session', 'bundler', 'commonjs', 'esm'])
  })
})
