// Small apps of the shapes that open-source apps have, by path.

/** CommonJS, one file, connect-mongo. */
export const COMMONJS_MONGO: Record<string, string> = {
  'package.json': `{
  "name": "shop",
  "dependencies": {
    "connect-mongo": "^6.0.0",
    "express": "^5.0.0",
    "express-session": "^1.19.0",
    "mongodb": "^7.0.0"
  }
}
`,
  'app.js': `const express = require('express');
const session = require('express-session');
const { MongoStore } = require('connect-mongo');

const app = express();

app.use(session({
  resave: true,
  saveUninitialized: true,
  secret: process.env.SESSION_SECRET,
  store: MongoStore.create({
    mongoUrl: process.env.MONGODB_URI, // the same database as that of the app
    autoRemove: 'native',
    touchAfter: 24 * 3600,
  }),
}));
`,
  'test/app.test.js': `const session = require('express-session');
jest.mock('express-session');
`,
}

/** TypeScript with ES modules in a workspace, connect-pg-simple, types that are extended. */
export const TYPESCRIPT_POSTGRES: Record<string, string> = {
  'package.json': '{ "private": true, "workspaces": ["server", "web"] }\n',
  'web/package.json': '{ "name": "web", "dependencies": { "express-session": "^1.17.0" } }\n',
  'server/package.json': `{
  "name": "server",
  "dependencies": {
    "connect-pg-simple": "^10.0.0",
    "express-session": "^1.18.0",
    "pg": "^8.0.0"
  },
  "devDependencies": {
    "@types/connect-pg-simple": "^7.0.3",
    "@types/express-session": "^1.18.0"
  }
}
`,
  'server/src/session.ts': `import connectPgSimple from 'connect-pg-simple'
import session, { type SessionData } from 'express-session'
import { pool } from './db.js'

const PgSession = connectPgSimple(session)

export const sessionStore = new PgSession({ pool, createTableIfMissing: true, ttl: 60 * 60 })

export const sessions = session({
  store: sessionStore,
  secret: process.env.SESSION_SECRET!,
  resave: false,
  saveUninitialized: false,
})
export type Data = SessionData
`,
  'server/src/types.d.ts': `import 'express-session'

declare module 'express-session' {
  interface SessionData {
    user: import('express-session').SessionData
  }
}
`,
}

/** CommonJS in several files, an old connect-redis, and what cannot be decided. */
export const COMMONJS_REDIS: Record<string, string> = {
  'package.json': `{
\t"dependencies": {
\t\t"connect-redis": "^6.1.3",
\t\t"express-session": "^1.17.3",
\t\t"redis": "^4.6.0",
\t\t"session-file-store": "^1.5.0"
\t}
}
`,
  'lib/sessions.js': `'use strict'
const session = require('express-session')
const connectRedis = require('connect-redis')
const client = require('./client')
const RedisStore = connectRedis(session)

module.exports = session({ store: new RedisStore({ client, prefix: 'app:' }), secret: 'x' })
`,
  'lib/other.js': `const session = require('express-session')
const RedisStore = require('connect-redis')(session)
const FileStore = require('session-file-store')(session)
const { options } = require('./options')

exports.redis = new RedisStore(options)
exports.files = new FileStore({ path: './sessions' })
exports.names = ['express-session']
`,
  'node_modules/x/index.js': "require('express-session')\n",
}
