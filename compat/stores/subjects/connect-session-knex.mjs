import { join } from 'node:path'
import { ConnectSessionKnexStore } from 'connect-session-knex'
import knex from 'knex'
import { scratchFolder, versionOf } from './support.mjs'

const database = knex({
  client: 'better-sqlite3',
  connection: { filename: join(scratchFolder(), 'sessions.db') },
  useNullAsDefault: true,
})

export default {
  name: 'connect-session-knex',
  version: versionOf('connect-session-knex'),
  granularityMs: 1000,
  create: ctx =>
    new ConnectSessionKnexStore({
      knex: database,
      tableName: ctx.namespace,
      createTable: true,
      cleanupInterval: 0,
    }),
  teardown: () => database.destroy(),
}
