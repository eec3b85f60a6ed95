import { MemoryStore } from '@coatcheck/store-memory'
import { describeOwnerRaces } from '../../session/test/support/owner-races.ts'

// Both requests of a race use one store, because another one would not see its sessions.
describeOwnerRaces(
  'store-memory',
  (
    store => () =>
      store
  )(new MemoryStore({ owner: 'user' })),
  Number(process.env.COATCHECK_RACES ?? 400),
)
