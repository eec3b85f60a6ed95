import { TypeormStore } from 'connect-typeorm'
import { DataSource, EntitySchema } from 'typeorm'
import { versionOf } from './support.mjs'

const sourceOf = new WeakMap()

/** The entity of its README, in a table of this name. */
function entity(tableName) {
  return new EntitySchema({
    name: 'Session',
    tableName,
    columns: {
      expiredAt: { type: 'bigint' },
      id: { type: 'varchar', length: 255, primary: true },
      json: { type: 'text' },
      destroyedAt: { type: Date, deleteDate: true, nullable: true },
    },
  })
}

export default {
  name: 'connect-typeorm',
  version: versionOf('connect-typeorm'),
  granularityMs: 1000,
  // Its option `ttl` is the lifetime of every session, whatever the cookie says: it is no default.
  create: async ctx => {
    const source = new DataSource({
      type: 'postgres',
      url: process.env.POSTGRES_URL,
      entities: [entity(ctx.namespace)],
      synchronize: true,
      extra: { max: 2 },
    })
    await source.initialize()
    const store = new TypeormStore({ onError: () => {} }).connect(source.getRepository('Session'))
    sourceOf.set(store, source)
    return store
  },
  dispose: store => sourceOf.get(store).destroy(),
  backend: {
    putRaw: (store, sid, json) =>
      sourceOf
        .get(store)
        .getRepository('Session')
        .save({ id: sid, json, expiredAt: Date.now() + 60_000 }),
  },
}
