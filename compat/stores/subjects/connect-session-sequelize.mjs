import connectSessionSequelize from 'connect-session-sequelize'
import session from 'express-session'
import { Sequelize } from 'sequelize'
import { versionOf } from './support.mjs'

const SequelizeStore = connectSessionSequelize(session.Store)
const db = new Sequelize(process.env.POSTGRES_URL, { logging: false, pool: { max: 10 } })
const tableOf = new WeakMap()

export default {
  name: 'connect-session-sequelize',
  version: versionOf('connect-session-sequelize'),
  create: async ctx => {
    const tableName = ctx.namespace
    const lifetime = ctx.ttlMs ? { expiration: ctx.ttlMs } : {}
    const store = new SequelizeStore({ db, tableName, modelKey: tableName, ...lifetime })
    tableOf.set(store, tableName)
    await store.sync()
    return store
  },
  dispose: store => store.stopExpiringSessions(),
  teardown: () => db.close(),
  backend: {
    putRaw: (store, sid, text) =>
      db.query(
        `INSERT INTO "${tableOf.get(store)}" VALUES ($1, now() + interval '1 minute', $2, now(), now())
          ON CONFLICT (sid) DO UPDATE SET data = excluded.data`,
        { bind: [sid, text] },
      ),
    sweep: store => store.clearExpiredSessions(),
  },
}
