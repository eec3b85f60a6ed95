import { inject } from 'vitest'
import { lookAt, subjectOf } from './conformance-subject.ts'
import { clients } from './support/clients.ts'
import { describeConformance } from './support/conform.ts'

for (const [name, connect] of Object.entries(clients)) {
  describeConformance(name, () => {
    const url = inject('redisUrl')
    return subjectOf({ name, connect: () => connect(url), look: () => lookAt(url) })
  })
}
