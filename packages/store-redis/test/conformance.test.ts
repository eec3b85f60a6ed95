import { inject } from 'vitest'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { lookAt, subjectOf } from './conformance-subject.ts'
import { clients, restricted } from './support/clients.ts'
import { describeConformance } from './support/conform.ts'

/** Databases of their own, since a listing looks through all keys of one. */
let databases = 0
const database = () => `${inject('redisUrl')}/${1 + (databases++ % 8)}`

const names = inMatrix ? Object.keys(clients) : ['ioredis 5', 'node-redis 5']
for (const name of names) {
  describeConformance(name, () => {
    const url = database()
    return subjectOf({ name, connect: () => clients[name]!(url), look: () => lookAt(url) })
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
