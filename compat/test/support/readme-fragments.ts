import type { Block } from './readme-blocks.ts'

// A fragment in a README goes on from the example above it: what it does not import itself, it has from there. This file says what that is.

const EXPRESS = "import type { Express } from 'express'\ndeclare const app: Express"
const KNEX = "import type { Knex } from 'knex'\ndeclare const knex: Knex"
const NODE_PAIR = "import type { Request as Req, Response as Res } from 'express'"

/** What brings a name that a fragment uses, in any README. */
const GIVEN: Readonly<Record<string, string>> = {
  app: EXPRESS,
  ca: 'declare const ca: string',
  evicted: 'declare const evicted: { inc(): void }',
  fastifyCookie: "import fastifyCookie from '@fastify/cookie'",
  fastifySession: "import fastifySession from '@fastify/session'",
  Hono: "import { Hono } from 'hono'",
  id: 'declare const id: string',
  knex: KNEX,
  Koa: "import Koa from 'koa'",
  MemoryStore: "import { MemoryStore } from '@coatcheck/store-memory'",
  MyStore: "import { MyStore } from './my-store.js'",
  mysql: "import mysql from 'mysql2/promise'",
  MysqlStore: "import { MysqlStore } from '@coatcheck/store-mysql'",
  pg: "import pg from 'pg'",
  pool: "import type { Pool } from 'mysql2'\ndeclare const pool: Pool",
  PostgresStore: "import { PostgresStore } from '@coatcheck/store-postgres'",
  RedisStore: "import { RedisStore } from '@coatcheck/store-redis'",
  req: `${NODE_PAIR}\ndeclare const req: Req`,
  request: 'declare const request: Request',
  res: "import type { Response as Answer } from 'express'\ndeclare const res: Answer",
  secret: 'declare const secret: string',
  session: "import session from '@coatcheck/session'",
  SqliteStore: "import { SqliteStore } from '@coatcheck/store-sqlite'",
  store: "import type { RecordStore } from '@coatcheck/session'\ndeclare const store: RecordStore",
  streamSSE: "import { streamSSE } from 'hono/streaming'",
  user: 'declare const user: { id: string }',
}

/** What is another thing in the README of one package. */
const GIVEN_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'packages/fastify/README.md': {
    app: "import type { FastifyInstance } from 'fastify'\ndeclare const app: FastifyInstance",
    sessions: "import { sessions } from '@coatcheck/fastify'",
  },
  'packages/hono/README.md': {
    app: "import { Hono as App } from 'hono'\nimport type { SessionVariables as Variables } from '@coatcheck/hono'\ndeclare const app: App<{ Variables: Variables<any> }>",
  },
  'packages/koa/README.md': {
    app: "import type App from 'koa'\ndeclare const app: App & { keys: string[] }",
    sessions: "import { sessions } from '@coatcheck/koa'",
    session: "import session from 'koa-session'",
    // Before, a store of koa-session; after, one of ours.
    store: 'declare const store: any',
  },
  'packages/session/README.md': {
    sessions:
      "import type { createSessions } from '@coatcheck/session/fetch'\ndeclare const sessions: ReturnType<typeof createSessions>",
  },
}

/** In JavaScript, everything may be in a session. */
export const UNTYPED = `
import '@coatcheck/session'
import 'fastify'
declare module '@coatcheck/session' { interface SessionData { [name: string]: any } }
declare module 'fastify' { interface Session { [name: string]: any } }
`

/** What only newer versions of Node have. */
export const NEW_NODE = `
declare module 'node:sqlite' {
  export class DatabaseSync {
    constructor(path: string)
    exec(sql: string): void
    prepare(sql: string): any
    close(): void
  }
}
`

/** What the pages of `@coatcheck/store-conformance` take for granted. Its touch() is the mistake that they show. */
export const MY_STORE = `
import session from '@coatcheck/session'

const kept = new Map()

export const connect = () => ({ set: async (key, text) => void kept.set(key, text), quit: async () => {} })

export class MyStore extends session.Store {
  constructor({ prefix = '', ttl = 86_400 } = {}) {
    super()
    Object.assign(this, { prefix, ttl })
  }
  key(sid) {
    return this.prefix + sid
  }
  get(sid, callback) {
    const row = kept.get(this.key(sid))
    const found = row !== undefined && row.ends > Date.now() ? JSON.parse(row.text) : undefined
    setImmediate(callback, null, found)
  }
  set(sid, session, callback) {
    const { expires } = session.cookie
    const ends = expires ? new Date(expires).valueOf() : Date.now() + this.ttl * 1000
    kept.set(this.key(sid), { text: JSON.stringify(session), ends })
    setImmediate(() => callback?.(null))
  }
  touch(sid, session, callback) {
    this.set(sid, session, callback)
  }
  destroy(sid, callback) {
    kept.delete(this.key(sid))
    setImmediate(() => callback?.(null))
  }
}
`

/** The types of that store. */
export const MY_STORE_TYPES = `
import session from '@coatcheck/session'

export declare const connect: () => { set(key: string, text: string): Promise<void>; quit(): Promise<void> }
export declare class MyStore extends session.Store {
  constructor(options?: { prefix?: string; ttl?: number; client?: unknown; url?: string; owner?: string | undefined })
  key(sid: string): string
  get(sid: string, callback: (error: unknown, session?: session.SessionData | null) => void): void
  set(sid: string, session: session.SessionData, callback?: (error?: unknown) => void): void
  destroy(sid: string, callback?: (error?: unknown) => void): void
}
`

/** The fragment as a module that compiles by itself. */
export function moduleOf({ file, text }: Pick<Block, 'file' | 'text'>): string {
  const given = { ...GIVEN, ...GIVEN_IN[file] }
  // Neither in a comment nor in a string is a name one that is used.
  const code = text.replace(/\/\/.*$/gm, '').replace(/'[^'\n]*'/g, "''")
  const used = Object.keys(given).filter(name => uses(code, name) && !declares(code, name))
  return `${used.map(name => given[name]).join('\n')}\nexport {}\n${text}`
}

/** Before and after, as the lines of a diff say it. */
export function sidesOf({ file, text }: Block): { file: string; text: string }[] {
  return ['-', '+'].map(sign => {
    const lines = text.split('\n').filter(line => line.startsWith(sign) || line.startsWith(' '))
    return { file, text: lines.map(line => line.slice(1)).join('\n') }
  })
}

function uses(code: string, name: string): boolean {
  return new RegExp(`(?<![.\\w'])${name}\\b(?!\\s*:)`).test(code)
}

/** By an import, a constant, a class, or as the parameter of a function. */
function declares(code: string, name: string): boolean {
  const imported = [...code.matchAll(/^import (.*?) from/gms)].some(([, names]) =>
    new RegExp(`\\b${name}\\b`).test(names!),
  )
  return imported || new RegExp(`\\b(const|class|interface) ${name}\\b`).test(code)
}
