import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteStore } from '@coatcheck/store-sqlite'
import { afterAll } from 'vitest'
import { describeDeviceRaces } from '../../session/test/support/device-races.ts'

const folder = mkdtempSync(join(tmpdir(), 'coatcheck-device-races-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeDeviceRaces('store-sqlite', () => SqliteStore.open(join(folder, 'sessions.db')), 10, 20)
