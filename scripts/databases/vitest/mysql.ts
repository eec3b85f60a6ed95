// By its path: vitest runs this file outside of the projects, where packages are what was built last.

import type { TestProject } from 'vitest/node'
import { startMysql } from '../../../packages/store-conformance/src/containers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    mysqlUrl: string
  }
}

/** One MySQL or MariaDB for the tests of a project: `inject('mysqlUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Rules of the conformance suite run side by side, and each of their stores has connections to itself.
  const server = await startMysql({ args: ['--max-connections=400'] })
  project.provide('mysqlUrl', server.url)
  return () => server.stop()
}
