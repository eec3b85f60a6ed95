import { describeOwnerRaces } from '../../session/test/support/owner-races.ts'
import { useDynamodb } from './support/dynamodb.ts'

const place = useDynamodb()

describeOwnerRaces('store-dynamodb', options => place.openStore({ table: 'owner-races', ...options }))
