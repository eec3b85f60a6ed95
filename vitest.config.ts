import { defineConfig } from 'vitest/config'

// Tests run from source: the workspace packages export it under this condition.
const resolve = { conditions: ['coatcheck:source'] }
const ssr = { resolve }

export default defineConfig({
  test: {
    // One file at a time: many tests look at lifetimes of milliseconds, and a busy neighbour would end them.
    fileParallelism: false,
    projects: [
      {
        resolve,
        ssr,
        test: { name: 'unit', include: ['packages/*/test/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'browser',
          include: ['examples/*/test/**/*.test.ts'],
          globalSetup: ['examples/demo/test/support/build.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
