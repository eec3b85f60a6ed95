import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMONJS_MONGO, COMMONJS_REDIS, TYPESCRIPT_POSTGRES } from './support/apps.ts'
import { coatcheck, tempFolder } from './support/command.ts'

function appOf(files: Record<string, string>): string {
  const folder = tempFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const reader = (folder: string) => (path: string) => readFileSync(join(folder, path), 'utf8')

/** One file of an app, after the move, with what is said of it. */
async function moved(text: string, path = 'app.js'): Promise<{ text: string; err: string }> {
  const folder = appOf({ [path]: text })
  const { err } = await coatcheck(['move-app', folder, '--write'])
  return { text: reader(folder)(path), err }
}

describe('an app', () => {
  it('move-app: shows a diff that git can apply, and changes nothing', async () => {
    for (const app of [COMMONJS_MONGO, TYPESCRIPT_POSTGRES, COMMONJS_REDIS]) {
      const [shown, written] = [appOf(app), appOf(app)]
      const { code, out, err } = await coatcheck(['move-app', shown])
      expect([code, err]).toEqual([0, expect.stringMatching(/; add --write to do it\n$/)])
      for (const [path, text] of Object.entries(app)) expect(reader(shown)(path)).toBe(text)
      writeFileSync(join(shown, 'move.diff'), out)
      execFileSync('git', ['apply', 'move.diff'], { cwd: shown })
      await coatcheck(['move-app', written, '--write'])
      for (const path of Object.keys(app)) expect(reader(shown)(path)).toBe(reader(written)(path))
    }
  })

  it('move-app: in CommonJS with connect-mongo, the store, the tests and the dependencies move', async () => {
    const folder = appOf(COMMONJS_MONGO)
    const read = reader(folder)
    const { err } = await coatcheck(['move-app', folder, '--write'])
    expect(read('app.js')).toContain(`const session = require('@coatcheck/session');
const { MongodbStore } = require('@coatcheck/store-mongodb');
`)
    expect(read('app.js')).toContain(
      'store: MongodbStore.open(process.env.MONGODB_URI, { ttl: 14 * 24 * 60 * 60 * 1000 }),',
    )
    expect(read('test/app.test.js')).toBe(`const session = require('@coatcheck/session');
jest.mock('@coatcheck/session');
`)
    const { dependencies } = JSON.parse(read('package.json'))
    expect(Object.keys(dependencies)).toEqual([
      '@coatcheck/store-mongodb',
      'express',
      '@coatcheck/session',
      'mongodb',
    ])
    expect(err).toBe(
      'app.js:3: touchAfter is an option of session() now, in milliseconds: touchAfter: 24 * 3600 * 1000\n' +
        '3 files changed; now run npm install, and the tests of the app\n',
    )
  })

  it('move-app: in TypeScript with connect-pg-simple, so do types and the package of a workspace', async () => {
    const folder = appOf(TYPESCRIPT_POSTGRES)
    const read = reader(folder)
    const { err } = await coatcheck(['move-app', folder, '--write'])
    expect(read('server/src/session.ts')).toMatch(
      /^import \{ PostgresStore \} from '@coatcheck\/store-postgres'\nimport session, \{ type SessionData \} from '@coatcheck\/session'\n/,
    )
    expect(read('server/src/session.ts')).toContain(
      "db.js'\n\nexport const sessionStore = new PostgresStore({ client: pool, ttl: 60 * 60 * 1000, table: 'session' })\n",
    )
    expect(read('server/src/session.ts')).not.toContain('PgSession')
    expect(read('server/src/types.d.ts')).not.toContain('express-session')
    expect(read('server/package.json')).not.toMatch(/express-session|connect-pg-simple/)
    expect(JSON.parse(read('server/package.json'))).toMatchObject({ devDependencies: {} })
    expect(read('web/package.json')).toBe(TYPESCRIPT_POSTGRES['web/package.json'])
    expect(err).toBe('3 files changed; now run npm install, and the tests of the app\n')
  })

  it('move-app: what cannot be decided stays, and is told with its line', async () => {
    const folder = appOf(COMMONJS_REDIS)
    const read = reader(folder)
    const { err } = await coatcheck(['move-app', folder, '--write'])
    expect(read('lib/sessions.js')).toContain(
      "const { RedisStore } = require('@coatcheck/store-redis')\nconst client = require('./client')\n\nmodule",
    )
    expect(read('lib/other.js')).toContain("const RedisStore = require('connect-redis')(session)")
    expect(read('lib/other.js')).toContain("const session = require('@coatcheck/session')")
    expect(err.split('\n').slice(0, 5)).toEqual([
      "lib/other.js:8: the text 'express-session' is not an import, so it stays",
      'lib/other.js:2: connect-redis stays, because its options are not written here, but in options',
      'lib/other.js:3: session-file-store stays: it works under @coatcheck/session',
      'package.json:4: express-session stays, because some files still use it',
      'package.json:3: connect-redis stays, because some files still use it',
    ])
    const { dependencies } = JSON.parse(read('package.json'))
    expect(Object.keys(dependencies).sort()).toEqual([
      '@coatcheck/session',
      '@coatcheck/store-redis',
      'connect-redis',
      'express-session',
      'redis',
      'session-file-store',
    ])
    expect(read('node_modules/x/index.js')).toBe(COMMONJS_REDIS['node_modules/x/index.js'])
  })

  it('move-app: a second time there is nothing to do, and --keep-stores leaves the stores', async () => {
    const folder = appOf(TYPESCRIPT_POSTGRES)
    await coatcheck(['move-app', folder, '--write', '--keep-stores'])
    expect(reader(folder)('server/src/session.ts')).toContain("from 'connect-pg-simple'")
    await coatcheck(['move-app', folder, '--write'])
    const again = await coatcheck(['move-app', folder, '--json'])
    expect(JSON.parse(again.out)).toEqual({ written: false, files: [], notes: [] })
    expect((await coatcheck(['move-app', folder])).err).toBe('Nothing to change\n')
  })

  it('move-app: a folder that is not there is told', async () => {
    const { code, err } = await coatcheck(['move-app', join(tempFolder(), 'none')])
    expect([code, err]).toEqual([2, expect.stringMatching(/^coatcheck: There is no folder "/)])
  })
})

it('move-app: lines that end as on Windows stay so', async () => {
  const text = "const session = require('express-session')\r\nconst a = 1\r\n"
  const { out } = await coatcheck(['move-app', appOf({ 'app.js': text })])
  expect(out).toContain("+const session = require('@coatcheck/session')\n const a = 1\n")
  expect((await moved(text)).text).toBe(text.replace('express-session', '@coatcheck/session'))
})

it('move-app: a client that is too old for the new store is told', async () => {
  const manifest = '{\n  "dependencies": {\n    "connect-redis": "^6.0.0",\n    "redis": "^3.1.0"\n  }\n}\n'
  const app = "const RedisStore = require('connect-redis')(session)\nnew RedisStore({ client })\n"
  const { out, err } = await coatcheck(['move-app', appOf({ 'package.json': manifest, 'app.js': app })])
  expect(err).toContain('package.json:4: @coatcheck/store-redis needs redis 4 or later, or ioredis')
  expect(out).toContain('-    "connect-redis": "^6.0.0",\n+    "@coatcheck/store-redis": "^')
})

describe('the middleware', () => {
  it.each([
    ["import session = require('express-session')", 'app.ts'],
    ["export * from 'express-session'", 'app.ts'],
    ["export type { SessionData } from 'express-session'", 'app.ts'],
    ["const load = () => import('express-session')", 'app.mjs'],
    ["const Store = require('express-session/session/store')", 'app.cjs'],
    ["vi.mock('express-session', () => ({}))", 'app.test.ts'],
    ["const a = <p>🧥</p>\nrequire('express-session')", 'app.jsx'],
  ])('move-app: %s', async (text, path) => {
    const { text: after } = await moved(text, path)
    expect(after).toBe(text.replace('express-session', '@coatcheck/session'))
  })

  it.each([
    [
      "import { Everything } from 'express-session'",
      'app.ts:1: @coatcheck/session does not export Everything',
    ],
    ["require('express-session/lib/x')", 'app.ts:1: @coatcheck/session has no file "lib/x"'],
    [
      '/// <reference types="express-session" />',
      'app.ts:1: the reference to the types of express-session stays',
    ],
    ["console.log('express-session')", "app.ts:1: the text 'express-session' is not an import"],
  ])('move-app: leaves and tells: %s', async (text, told) => {
    const { text: after, err } = await moved(text, 'app.ts')
    expect(after).toBe(text)
    expect(err).toContain(told)
  })

  it('move-app: tells when "import * as" may be no function', async () => {
    const { err } = await moved("import * as session from 'express-session'\n", 'app.ts')
    expect(err).toContain('app.ts:1: "import * as" is a function only if esModuleInterop is off')
  })
})

describe('stores', () => {
  it.each([
    [
      "import { RedisStore } from 'connect-redis'\nnew RedisStore({ client })",
      "import { RedisStore } from '@coatcheck/store-redis'\nnew RedisStore({ client })",
    ],
    [
      "import RedisStore from 'connect-redis';\nlet store: RedisStore = new RedisStore({ client, ttl: 86400 });",
      "import { RedisStore } from '@coatcheck/store-redis';\nlet store: RedisStore = new RedisStore({ client, ttl: 86400 * 1000 });",
    ],
    [
      "const RedisStore = require('connect-redis').default\nnew RedisStore({\n  prefix: 'a:', // ours\n  client,\n})",
      "const { RedisStore } = require('@coatcheck/store-redis')\nnew RedisStore({\n  prefix: 'a:', // ours\n  client,\n})",
    ],
    [
      "const store = new (require('connect-pg-simple')(session))({\n  conString: url,\n  tableName: 's',\n})",
      "const store = require('@coatcheck/store-postgres').PostgresStore.open(url, {\n  table: 's',\n})",
    ],
    [
      "import pg from 'connect-pg-simple'\nexport const store = new (pg(session))({ pool })",
      "import { PostgresStore } from '@coatcheck/store-postgres'\nexport const store = new PostgresStore({ client: pool, table: 'session' })",
    ],
    [
      "import MongoStore from 'connect-mongo'\nMongoStore.create({ client, collectionName: 'a', ttl: 60 })",
      "import { MongodbStore } from '@coatcheck/store-mongodb'\nnew MongodbStore({ client, collection: 'a', ttl: 60 * 1000 })",
    ],
    [
      "const MemoryStore = require('memorystore')(session)\nnew MemoryStore({ checkPeriod: 86400000 })\nnew MemoryStore()",
      "const { MemoryStore } = require('@coatcheck/store-memory')\nnew MemoryStore({ pruneInterval: 86400000 })\nnew MemoryStore()",
    ],
    [
      "import make from 'memorystore'\nconst Kept = make(session)\nnew Kept({ max: 5 })\nlet MemoryStore",
      "import { MemoryStore as Kept } from '@coatcheck/store-memory'\nnew Kept({ max: 5 })\nlet MemoryStore",
    ],
  ])('move-app: %s', async (text, after) => {
    expect(await moved(text, 'app.ts')).toMatchObject({ text: after })
  })

  it.each([
    [
      "import { RedisStore } from 'connect-redis'\nnew RedisStore({ client, serializer })",
      'its option "serializer"',
    ],
    [
      "import { RedisStore } from 'connect-redis'\nnew RedisStore({ client, ...more })",
      'it cannot be read what',
    ],
    [
      "import { RedisStore } from 'connect-redis'\nnew RedisStore({ client, ttl: howLong })",
      'may be a function',
    ],
    [
      "import { RedisStore } from 'connect-redis'\nexport { RedisStore }",
      '"RedisStore" is used in another way',
    ],
    ["import pg from 'connect-pg-simple'\nexport default pg", 'it is used in another way'],
    ["const P = require('connect-pg-simple')(session)\nnew P()", 'it is given no options'],
    [
      "const P = require('connect-pg-simple')(session)\nnew P({ ttl: 5 })",
      'it needs one of the options pool and conString',
    ],
    [
      "import MongoStore from 'connect-mongo'\nMongoStore.create({ mongoUrl, crypto: { secret } })",
      'its option "crypto"',
    ],
    [
      "const Mongo = require('connect-mongo')(session)\nnew Mongo({ mongooseConnection })",
      'its option "mongooseConnection"',
    ],
  ])('move-app: leaves and tells: %s', async (text, told) => {
    const { text: after, err } = await moved(text, 'app.ts')
    expect(after).toBe(text)
    expect(err).toMatch(/^app\.ts:1: /)
    expect(err).toContain(told)
  })
})
