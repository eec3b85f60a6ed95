import { defineConfig } from 'vitest/config'

// Installs and builds large frameworks: minutes, and npm, so it has a command of its own, `npm run examples`.
export default defineConfig({
  resolve: { conditions: ['coatcheck:source'] },
  ssr: { resolve: { conditions: ['coatcheck:source'] } },
  test: { root: import.meta.dirname, include: ['*.matrix.ts'], testTimeout: 60_000, hookTimeout: 120_000 },
})
