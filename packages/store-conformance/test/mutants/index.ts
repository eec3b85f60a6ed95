import { aliasingMutants } from './aliasing.ts'
import { apiMutants } from './api.ts'
import { besideMutants } from './beside.ts'
import { concurrencyMutants } from './concurrency.ts'
import { conditionalMutants } from './conditional.ts'
import { corruptMutants } from './corrupt.ts'
import { destroyMutants } from './destroy.ts'
import { eventsMutants } from './events.ts'
import { exchangesMutants } from './exchanges.ts'
import { expiryMutants } from './expiry.ts'
import { farEndsMutants } from './far-ends.ts'
import { faultsMutants } from './faults.ts'
import { insertMutants } from './insert.ts'
import { lifeMutants } from './life.ts'
import { listingMutants } from './listing.ts'
import { modelMutants } from './model.ts'
import type { Mutant } from './mutant.ts'
import { namespaceMutants } from './namespace.ts'
import { deviousMutants } from './of-devious.ts'
import { ownersMutants } from './owners.ts'
import { renewalsMutants } from './renewals.ts'
import { roundTripMutants } from './round-trip.ts'
import { securityMutants } from './security.ts'
import { sidMutants } from './sid.ts'
import { touchMutants } from './touch.ts'

/** Every broken store of the corpus. */
export const mutants: readonly Mutant[] = [
  ...apiMutants,
  ...touchMutants,
  ...roundTripMutants,
  ...aliasingMutants,
  ...sidMutants,
  ...expiryMutants,
  ...destroyMutants,
  ...concurrencyMutants,
  ...listingMutants,
  ...namespaceMutants,
  ...faultsMutants,
  ...corruptMutants,
  ...eventsMutants,
  ...lifeMutants,
  ...securityMutants,
  ...conditionalMutants,
  ...insertMutants,
  ...renewalsMutants,
  ...exchangesMutants,
  ...ownersMutants,
  ...modelMutants,
  ...besideMutants,
  ...farEndsMutants,
  ...deviousMutants,
]
