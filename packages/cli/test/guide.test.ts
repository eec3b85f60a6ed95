import { expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { AS_IT_MUST_BE, moveAndBack, shown } from './support/guide.ts'

const built = useBuilt()

it('guide: these apps are shown', () => {
  expect(shown).toEqual([
    'before connect-redis',
    'after connect-redis',
    'before connect-pg-simple',
    'after connect-pg-simple',
    'before connect-mongo',
    'after connect-mongo',
    'before better-sqlite3-session-store',
    'after better-sqlite3-session-store',
    'after connect-redis-to-postgres',
  ])
})

it('guide: from better-sqlite3-session-store and back, nobody is logged out', async () => {
  expect(await moveAndBack(built.folder, 'better-sqlite3-session-store', {})).toEqual(AS_IT_MUST_BE)
})
