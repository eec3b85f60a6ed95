import { describeDoor } from '../../session/test/doors/behaviours.ts'
import { fastifyDoor } from './support/fastify-door.ts'
import { versions } from './support/versions.ts'

for (const [name, fastify] of versions) describeDoor(fastifyDoor(name, fastify))
