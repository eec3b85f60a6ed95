/** What the store itself offers or lacks. A missing one makes a rule `not-applicable`. */
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
  | 'recordStore'
  | 'shared'
  | 'namespaces'
  | 'defaultTtl'
  | 'granular'
  | 'strict'

/** What the subject file must hand over to look behind the store. A missing one makes a rule `unverified`. */
export type Hook = 'chaos' | 'down' | 'hang' | 'putRaw' | 'rows' | 'sweep' | 'age' | 'lock' | 'deadline'

/** A capability or a hook. */
export type Need = Capability | Hook
