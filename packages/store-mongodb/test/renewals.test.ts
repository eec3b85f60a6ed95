import type { RecordStoreOptions } from '@coatcheck/session'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { describeExchange } from '../../session/test/support/exchange.ts'
import { describeGatheredReads } from '../../session/test/support/gathered-reads.ts'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { describeRenewals } from '../../session/test/support/renewals.ts'
import { sealed } from '../../session/test/support/sealed.ts'
import type { MongodbClient } from '../src/client.ts'
import { newClient, newDatabase, storeOn, versions } from './support/mongodb.ts'

for (const version of inMatrix ? versions : versions.slice(0, 1)) {
  for (const stringify of [true, false]) {
    const open = async (options?: RecordStoreOptions) => {
      const { dbName } = newDatabase()
      const [client, another] = [1, 2].map(() => {
        const client = newClient(inject('mongodbUrl'), version, { monitorCommands: true })
        onTestFinished(() => client.close())
        return client
      })
      let trips = 0
      client!.on('commandStarted', () => trips++)
      const store = storeOn(client!, { ...options, dbName, stringify })
      const other = storeOn(another!, { ...options, dbName, stringify })
      return { store, other, trips: () => trips }
    }
    const name = `${version}, as ${stringify ? 'text' : 'documents'}`
    describeRenewals(name, open)
    describeGatheredReads(name, true, open)
    // In a transaction: findAndModify, update, commitTransaction.
    describeExchange(name, process.env.MONGODB_URL ? undefined : 3, open)
    if (!inMatrix && !stringify) continue
    describeRenewals(`${name}, hashed and encrypted`, sealed(open))
    describeGatheredReads(`${name}, hashed and encrypted`, true, sealed(open))
    describeExchange(`${name}, hashed and encrypted`, process.env.MONGODB_URL ? undefined : 3, sealed(open))
  }
}

describe('batched reads whose touch is refused', () => {
  const sids = ['a', 'b', 'c', 'd', 'e', 'f']

  it('answers all of them, and does not try to touch again for a second', async () => {
    const { dbName } = newDatabase()
    const client = newClient(inject('mongodbUrl'), versions[0]!, { monitorCommands: true })
    onTestFinished(() => client.close())
    const store = storeOn(client, { dbName })
    const cookie = { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000).toISOString() }
    for (const sid of sids) await store.set(sid, { cookie, sid } as never)
    const refusing = refusingUpdates(client)
    const reader = storeOn(refusing.client, { dbName })
    const read = () => Promise.all(sids.map(sid => reader.get(sid, undefined, { renew: 60_000 })))
    expect(await read()).toMatchObject(sids.map(sid => ({ sid })))
    expect(await read()).toMatchObject(sids.map(sid => ({ sid })))
    expect(refusing.refused()).toBe(1)
  })
})

/** The client, but its server refuses to touch several sessions, as one that is read-only. */
function refusingUpdates(client: MongodbClient): { client: MongodbClient; refused: () => number } {
  let refused = 0
  const updateMany = () => {
    refused++
    return Promise.reject(Object.assign(new Error('not authorized'), { code: 13 }))
  }
  const db = (name?: string) => {
    const db = client.db(name)
    const collection: typeof db.collection = (...given) => {
      const all = db.collection(...given)
      return new Proxy(all, {
        get: (_, key) => {
          if (key === 'updateMany') return updateMany
          const value = Reflect.get(all, key)
          return typeof value === 'function' ? value.bind(all) : value
        },
      })
    }
    return { command: (command: object) => db.command(command), collection }
  }
  return { client: { connect: () => client.connect(), db }, refused: () => refused }
}
