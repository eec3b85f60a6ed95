// What users of our packages may write, as projects of three kinds. Text, since this repository is a project of one kind.

interface StorePackage {
  name: string
  Store: string
  /** The type of what `open` takes beside an address. */
  options: string
  url: string
}

/** The stores with what their packages have in common. */
export const stores: StorePackage[] = [
  { name: 'store-memory', Store: 'MemoryStore', options: 'MemoryStoreOptions', url: 'memory:' },
  { name: 'store-sqlite', Store: 'SqliteStore', options: 'SqliteOpenOptions', url: 'sessions.db' },
  { name: 'store-redis', Store: 'RedisStore', options: 'RedisOpenOptions', url: 'redis://localhost' },
  {
    name: 'store-postgres',
    Store: 'PostgresStore',
    options: 'PostgresOpenOptions',
    url: 'postgres://localhost/app',
  },
  {
    name: 'store-mysql',
    Store: 'MysqlStore',
    options: 'MysqlOpenOptions',
    url: 'mysql://localhost/app',
  },
  {
    name: 'store-mongodb',
    Store: 'MongodbStore',
    options: 'MongodbOpenOptions',
    url: 'mongodb://localhost/app',
  },
  {
    name: 'store-dynamodb',
    Store: 'DynamodbStore',
    options: 'DynamodbOpenOptions',
    url: 'dynamodb://eu-central-1/sessions',
  },
]

/** Uses of a store that stand in each kind of project. `session` is in scope. */
function uses({ Store, options, url }: StorePackage, types: string): string {
  return `
const options: ${types}${options} = { ttl: 60_000 }
const store: session.Store = ${types}${Store}.open('${url}', options)
app.use(session({ secret: 's', store }))
app.use(session.strict({ secret: 's', store }))
// @ts-expect-error: a number of milliseconds
${types}${Store}.open('${url}', { ttl: 'a minute' })

class Counting extends ${types}${Store} {
  count = 0
  protected override async _read(sid: string) {
    this.count++
    return super._read(sid)
  }
}

async function look(store: Counting): Promise<string[]> {
  const found: string[] = []
  for await (const [sid, data] of store.entries()) found.push(sid, String(data.cookie.expires))
  const one = await store.get('sid')
  if (one) await store.set('sid', one)
  const ended: boolean = await store.destroy('sid')
  await store.close()
  return [...found, String(ended), String(await store.length()), String(store.count)]
}
`
}

const asModule = (store: StorePackage) => `
import session from '@coatcheck/session'
import { ${store.Store}, type ${store.options} } from '@coatcheck/${store.name}'
import express from 'express'

const app = express()
${uses(store, '')}
export { look }
`

const asCommonjs = (store: StorePackage) => `
import session = require('@coatcheck/session')
import stores = require('@coatcheck/${store.name}')
import express = require('express')

const app = express()
${uses(store, 'stores.')}
export = look
`

const conformance = `
import { conformance } from '@coatcheck/store-conformance/node'
import { ${stores[1]!.Store} } from '@coatcheck/${stores[1]!.name}'

conformance(() => ${stores[1]!.Store}.open('sessions.db'))
`

/** Stores of others in our middleware, and ours in express-session's. */
const beside = `
import session from '@coatcheck/session'
${stores.map(({ name, Store }) => `import { ${Store} } from '@coatcheck/${name}'`).join('\n')}
import MongoStore from 'connect-mongo'
import connectPgSimple from 'connect-pg-simple'
import { RedisStore as ConnectRedis } from 'connect-redis'
import express from 'express'
import expressSession from 'express-session'
import memorystore from 'memorystore'

declare const redis: ConstructorParameters<typeof ConnectRedis>[0]['client']
const app = express()
const secret = 's'
app.use(session({ secret, store: new ConnectRedis({ client: redis }) }))
app.use(session({ secret, store: MongoStore.create({ mongoUrl: 'mongodb://localhost/app' }) }))
app.use(session({ secret, store: new (connectPgSimple(expressSession))({ conString: 'postgres://localhost' }) }))
app.use(session({ secret, store: new (memorystore(expressSession))({ checkPeriod: 60_000 }) }))
app.use(session({ secret, store: new expressSession.MemoryStore() }))
app.use(session.strict({ secret, store: new ConnectRedis({ client: redis }) }))
// @ts-expect-error: no store
app.use(session({ secret, store: 'redis' }))

${stores.map(({ Store, url }) => `app.use(expressSession({ secret, store: ${Store}.open('${url}') }))`).join('\n')}
`

/** What a project needs that has stores of both kinds. */
export const peers = [
  'express-session',
  '@types/express-session',
  'connect-mongo',
  'connect-pg-simple',
  '@types/connect-pg-simple',
  'connect-redis',
  'memorystore',
  'redis',
]

const node = { target: 'ES2022', strict: true, skipLibCheck: false, noEmit: true, types: ['node'] }

export interface Project {
  type: 'module' | 'commonjs'
  compilerOptions: object
  files: Record<string, string>
}

const perStore = (text: (store: StorePackage) => string) =>
  Object.fromEntries(stores.map(store => [`${store.name}.ts`, text(store)]))

/** By kind. */
export const projects: Record<string, Project> = {
  esm: {
    type: 'module',
    compilerOptions: { ...node, module: 'NodeNext', exactOptionalPropertyTypes: true },
    files: { ...perStore(asModule), 'conformance.ts': conformance },
  },
  commonjs: {
    type: 'commonjs',
    compilerOptions: { ...node, module: 'NodeNext', exactOptionalPropertyTypes: true },
    files: perStore(asCommonjs),
  },
  bundler: {
    type: 'module',
    compilerOptions: { ...node, module: 'ESNext', moduleResolution: 'bundler' },
    files: { ...perStore(asModule), 'conformance.ts': conformance },
  },
}

/** With the types of express-session, and stores that are written for it. */
export const besidePeers: Project = {
  type: 'module',
  compilerOptions: { ...node, module: 'NodeNext', skipLibCheck: true },
  files: { 'beside.ts': beside },
}
