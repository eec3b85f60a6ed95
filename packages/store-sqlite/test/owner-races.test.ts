import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { afterAll } from 'vitest'
import { describeOwnerRaces } from '../../session/test/support/owner-races.ts'

const folder = mkdtempSync(join(tmpdir(), 'coatcheck-owner-races-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeOwnerRaces('store-sqlite', options => SqliteStore.open(join(folder, 'sessions.db'), options))
