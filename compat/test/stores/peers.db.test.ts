import { databasePeers } from '../support/peer-stores.ts'
import { testFailingPeer, testPeer } from './peer-stores.ts'

for (const [name, open] of databasePeers) {
  testPeer(name, open)
  testFailingPeer(name, open)
}
