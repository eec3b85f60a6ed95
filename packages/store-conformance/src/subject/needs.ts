/** Capabilities of the store. If one is missing, a rule that needs it is `not-applicable`. */
export type Capability =
  | 'callbacks'
  | 'touch'
  | 'all'
  | 'length'
  | 'clear'
  | 'close'
  | 'events'
  | 'entries'
  | 'prune'
  | 'conditional'
  | 'insert'
  | 'renewal'
  | 'exchange'
  | 'owners'
  | 'recordStore'
  | 'shared'
  | 'namespaces'
  | 'defaultTtl'
  | 'granular'
  | 'strict'

/** Hooks of the subject file. If one is missing, a rule that needs it is `unverified`. */
export type Hook = 'chaos' | 'down' | 'hang' | 'putRaw' | 'rows' | 'sweep' | 'age' | 'lock' | 'deadline'

/** A capability or a hook. */
export type Need = Capability | Hook
