import fastify, { type FastifyInstance } from 'fastify'
import fastify4 from 'fastify4'

/** The versions that are supported, each by the function that makes an app. */
export const versions: [name: string, fastify: () => FastifyInstance][] = [
  ['Fastify 5', () => fastify({ forceCloseConnections: true })],
  ['Fastify 4', () => fastify4({ forceCloseConnections: true }) as never],
]
