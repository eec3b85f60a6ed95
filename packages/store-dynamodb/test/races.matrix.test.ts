import { describeRaces } from '../../session/test/support/races.ts'
import { CREDENTIALS, useDynamodb } from './support/dynamodb.ts'

const place = useDynamodb()

describeRaces('store-dynamodb', {
  stores: ['store-dynamodb'],
  source: `
    import { DynamodbStore } from '@coatcheck/store-dynamodb'
    const store = DynamodbStore.open({ endpoint: process.env.ENDPOINT, table: 'races' })
  `,
  env: () => ({ ENDPOINT: place.server.url, ...CREDENTIALS }),
})
