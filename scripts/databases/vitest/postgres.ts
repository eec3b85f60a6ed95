// By its path: vitest runs this file outside of the projects, where packages are what was built last.

import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../../packages/store-conformance/src/containers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

/** One PostgreSQL for the tests of a project: `inject('postgresUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Rules of the conformance suite run side by side, and each of their stores has connections to itself.
  const server = await startPostgres({ args: ['-c', 'max_connections=400'] })
  project.provide('postgresUrl', server.url)
  return () => server.stop()
}
