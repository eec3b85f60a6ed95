// By its path: vitest runs this file outside of the projects, where packages are what was built last.

import type { TestProject } from 'vitest/node'
import { startMongodb } from '../../../packages/store-conformance/src/containers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    mongodbUrl: string
  }
}

/** One MongoDB for the tests of a project: `inject('mongodbUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Expired sessions are looked for each second, not each minute.
  const server = await startMongodb({ args: ['--setParameter', 'ttlMonitorSleepSecs=1'] })
  project.provide('mongodbUrl', server.url)
  return () => server.stop()
}
