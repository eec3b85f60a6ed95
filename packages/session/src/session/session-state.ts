import type { Loaded } from './loaded.ts'

/** The property of a session that keeps its state: own, and not enumerable, so that no copy of the data has it. */
export const STATE: unique symbol = Symbol('coatcheck.state')

/** What a session knows besides its data. It is one property, because to define a property costs ten times as much as to assign one. */
export class SessionState {
  readonly req: unknown
  readonly id: string
  /** See `noteLoaded`. */
  loaded: Loaded | undefined
  /** See `Tombstones.know`. */
  known: number | undefined

  constructor(req: { readonly sessionID: string }) {
    this.req = req
    this.id = req.sessionID
  }
}

/** A session may be behind a proxy of the application. */
export function stateOf(session: object): SessionState {
  return (session as { [STATE]: SessionState })[STATE]
}
