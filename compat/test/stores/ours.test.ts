import { embeddedStores } from '../support/our-stores.ts'
import { testOurs, testRestarts } from './our-stores.ts'

for (const [name, open] of embeddedStores) {
  testOurs(name, open)
  if (!/memory/i.test(name)) testRestarts(name, open)
}
