import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import connectDynamodb from 'connect-dynamodb'
import session from 'express-session'
import { versionOf } from './support.mjs'

const DynamoDBStore = connectDynamodb(session)
const client = new DynamoDBClient({
  endpoint: process.env.DYNAMODB_URL,
  region: 'local',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
})

export default {
  name: 'connect-dynamodb',
  version: versionOf('connect-dynamodb'),
  granularityMs: 1000,
  // The first call of a store makes the table, and it can be used a moment later.
  setup: async () => {
    const store = new DynamoDBStore({ client })
    await store.initialize()
    while ((await store.describeSessionsTable()).Table.TableStatus !== 'ACTIVE') {
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  },
  create: ctx => new DynamoDBStore({ client: ctx.chaos(client), prefix: `${ctx.namespace}:` }),
  teardown: () => client.destroy(),
}
