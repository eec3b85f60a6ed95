import { databaseStores } from '../support/our-stores.ts'
import { testOurs, testRestarts } from './our-stores.ts'

for (const [name, open] of databaseStores) {
  testOurs(name, open)
  testRestarts(name, open)
}
