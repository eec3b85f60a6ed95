import { embeddedPeers } from '../support/peer-stores.ts'
import { testFailingPeer, testPeer } from './peer-stores.ts'

for (const [name, open] of embeddedPeers) testPeer(name, open)

const [, [name, open]] = embeddedPeers as [unknown, (typeof embeddedPeers)[number]]
testFailingPeer(name, open)
