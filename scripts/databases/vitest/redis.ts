import { startRedis } from '@coatcheck/store-conformance/containers'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string
  }
}

/** One Redis for the tests of a project: `inject('redisUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startRedis()
  project.provide('redisUrl', server.url)
  return () => server.stop()
}
