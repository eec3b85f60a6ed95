import type { AnyStore, Context, Subject } from '../../src/index.ts'
import { Client, Database, type Row } from './database.ts'
import type { ReferenceOptions } from './reference.ts'

const day = 86_400_000

export type StoreClass = new (options: ReferenceOptions) => AnyStore

/** A subject with every hook, whose stores are made of `Store` on a database of its own. */
export function subjectOf(Store: StoreClass, changes: Partial<Subject> = {}): Subject {
  const database = new Database()
  const client = new Client(database)
  const create = (context: Context): AnyStore =>
    new Store({
      client: context.chaos(client),
      prefix: context.namespace,
      ttlMs: context.ttlMs,
      owner: context.owner,
    })
  const row = (store: AnyStore, sid: string): Row => database.rows.get(store.key(sid))!
  return {
    name: 'reference',
    create,
    granularityMs: 1,
    deadlineMs: 2500,
    backend: {
      putRaw: (store, sid, text) =>
        void database.rows.set(store.key(sid), { text, expires: Date.now() + day, fromCookie: false }),
      rows: store => [...database.rows.keys()].filter(key => key.startsWith(store.start())).length,
      lock: (store, sid) => void database.locked.add(store.key(sid)),
      up: () => database.locked.clear(),
      sweep: store => store.prune(),
      age: (store, sid, ms) => {
        row(store, sid).expires -= ms
      },
    },
    ...changes,
  }
}
