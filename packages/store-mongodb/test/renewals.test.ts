import type { RecordStoreOptions } from '@coatcheck/session'
import { inject, onTestFinished } from 'vitest'
import { describeExchange } from '../../session/test/support/exchange.ts'
import { describeRenewals } from '../../session/test/support/renewals.ts'
import { newClient, newDatabase, storeOn, versions } from './support/mongodb.ts'

for (const version of versions) {
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
    // In a transaction: findAndModify, update, commitTransaction.
    describeExchange(name, process.env.MONGODB_URL ? undefined : 3, open)
  }
}
