import { defineConfig } from 'vitest/config'

// Every mutant against every rule: minutes, so it has a command of its own, `npm run mutants`.
export default defineConfig({
  resolve: { conditions: ['coatcheck:source'] },
  ssr: { resolve: { conditions: ['coatcheck:source'] } },
  test: {
    root: import.meta.dirname,
    include: ['*.matrix.ts'],
    testTimeout: 300_000,
    // One process for the faulty stores and one for the sound ones, also on two processors.
    maxWorkers: 2,
    reporters: ['default'],
  },
})
