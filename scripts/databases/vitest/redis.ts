// By its path: vitest runs this file outside of the projects, where packages are what was built last.

import type { TestProject } from 'vitest/node'
import { startRedis } from '../../../packages/store-conformance/src/containers.ts'

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
