import { startMongodb } from '@coatcheck/store-conformance/containers'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    mongodbUrl: string
  }
}

/** One MongoDB for the tests of a project: `inject('mongodbUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startMongodb()
  project.provide('mongodbUrl', server.url)
  return () => server.stop()
}
