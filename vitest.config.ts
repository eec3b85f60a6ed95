import { defineConfig } from 'vitest/config'

// Tests run from source: the workspace packages export it under this condition.
const resolve = { conditions: ['coatcheck:source'] }
const ssr = { resolve }

// The databases that the tests need; scripts/verify.sh names those that cannot be had.
const databases = ['redis', 'postgres', 'mysql', 'mongodb']
const missing = (process.env.COATCHECK_WITHOUT ?? '').split(' ').filter(Boolean)

// What takes minutes is for `npm run matrix` only.
const long = process.env.COATCHECK_MATRIX ? [] : ['**/*.matrix.test.ts']

const common = {
  // Milliseconds until a test or a hook counts as hanging: many times what the longest one takes, because machines are busy.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  // Files share a process: a new one for each costs half a second of processor time.
  isolate: false,
  // Megabytes for new objects. With Node's default of 16, tests take up to a tenth more processor time, for the collection of garbage.
  execArgv: ['--max-semi-space-size=64'],
  setupFiles: ['packages/session/test/support/each-file.setup.ts'],
}
const apart = ['**/*.db.test.ts', '**/node_modules/**', ...long]

/** Tests that need these databases, each started once for all of them. */
function withDatabases(name: string, needed: string[], include: string) {
  if (needed.some(database => missing.includes(database))) return []
  const globalSetup = needed.map(database => `scripts/databases/vitest/${database}.ts`)
  const exclude = ['**/node_modules/**', ...long]
  return [{ resolve, ssr, test: { name, include: [include], exclude, globalSetup, ...common } }]
}

export default defineConfig({
  test: {
    // One file at a time: those of a project share its databases. scripts/verify.sh runs projects side by side.
    fileParallelism: false,
    // Runs that are side by side would write the same file.
    cache: false,
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['{packages/*,compat,bench,examples/frameworks,examples/recipes}/test/**/*.test.ts'],
          exclude: [`packages/store-{conformance,${databases}}/**`, ...apart],
          ...common,
        },
      },
      {
        resolve,
        ssr,
        // Runs the conformance suite on hundreds of stores, and takes as long as a third of `unit`.
        test: {
          name: 'suite',
          include: ['packages/store-conformance/test/**/*.test.ts'],
          exclude: apart,
          ...common,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'browser',
          include: ['examples/demo/test/**/*.test.ts'],
          globalSetup: ['examples/demo/test/support/build.ts'],
          ...common,
        },
      },
      ...databases.flatMap(name => withDatabases(name, [name], `packages/store-${name}/test/**/*.test.ts`)),
      ...withDatabases('databases', databases, '{packages/*,compat,bench}/test/**/*.db.test.ts'),
    ],
  },
})
