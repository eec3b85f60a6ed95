import { afterAll } from 'vitest'

const works: (() => unknown)[] = []

/**
 * Run `work` after the tests of the present file. Files share a process and its modules, so an `afterAll` at the top of a helper would
 * only run after the first file that uses it.
 */
export function afterFile(work: () => unknown): void {
  works.push(work)
}

/** For the file that vitest runs before each file of tests. */
export function runAfterFile(): void {
  afterAll(async () => {
    for (const work of works.splice(0)) await work()
  })
}
