import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { describeRaces } from '../../session/test/support/races.ts'

const folder = mkdtempSync(join(tmpdir(), 'coatcheck-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeRaces('store-sqlite', {
  stores: ['store-sqlite'],
  source: `
    import { SqliteStore } from '@coatcheck/store-sqlite'
    const store = SqliteStore.open(process.env.FILE)
  `,
  env: () => ({ FILE: join(folder, 'sessions.db') }),
})
