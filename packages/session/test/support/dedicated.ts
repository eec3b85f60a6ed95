import type { DatabaseServer } from '@coatcheck/store-conformance/containers'
import { afterAll, beforeAll } from 'vitest'

/** A server that the tests of a file or of a `describe` have to themselves: it is stopped and frozen. There once they run. */
export function useServer(start: () => Promise<DatabaseServer>): () => DatabaseServer {
  let server: DatabaseServer
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.stop())
  return () => server
}
