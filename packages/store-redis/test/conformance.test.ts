import { inject } from 'vitest'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { lookAt, subjectOf } from './conformance-subject.ts'
import { clients, differing, restricted } from './support/clients.ts'
import { describeConformance } from './support/conform.ts'

/** Databases of their own, since a listing looks through all keys of one. */
let databases = 0
const database = () => `${inject('redisUrl')}/${1 + (databases++ % 8)}`

for (const [name, connect] of differing) {
  describeConformance(name, () => {
    const url = database()
    return subjectOf({ name, connect: () => connect(url), look: () => lookAt(url) })
  })
}

// Plain commands keep all of it, but a read does not move an expiry: a touch does.
const TOUCH_ON_READ = ['REN-01', 'REN-02']
for (const client of inMatrix ? ['ioredis 5', 'node-redis 5'] : ['node-redis 5']) {
  const name = `${client}, for a user without scripts`
  const subject = () => {
    const url = database()
    const connect = () => restricted(clients[client]!, url)
    return subjectOf({ name, connect, look: () => lookAt(url) })
  }
  describeConformance(name, subject, TOUCH_ON_READ)
}
