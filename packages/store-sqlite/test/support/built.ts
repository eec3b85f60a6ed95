import { rm } from 'node:fs/promises'
import { afterAll, beforeAll } from 'vitest'
import { installBuilt } from '../../../session/test/support/child.ts'

/**
 * A folder in which our packages are installed as they would be published, made from today's source for the tests of a file or
 * of a `describe`. Child processes need it: not every Node that is supported runs TypeScript, and there need not be a build.
 */
export function useBuilt(options: { outside?: boolean } = {}): { readonly folder: string } {
  const built = { folder: '' }
  beforeAll(async () => {
    built.folder = await installBuilt(options)
  })
  afterAll(() => rm(built.folder, { recursive: true, force: true }))
  return built
}
