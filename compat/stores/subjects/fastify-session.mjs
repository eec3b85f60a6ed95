import fastifySession from '@fastify/session'
import { versionOf } from './support.mjs'

export default {
  name: '@fastify/session Store',
  version: versionOf('@fastify/session'),
  create: () => new fastifySession.MemoryStore(),
}
