/** One thing that was found out about a store. Texts hold neither passwords nor session data. */
export interface Finding {
  /** What was looked at: `'server'`, `'clock'`, `'maxmemory-policy'`. */
  name: string
  /** `'warning'`: sessions may be lost or slow under circumstances. `'problem'`: the store cannot do its work. */
  level: 'ok' | 'warning' | 'problem'
  /** A version, a figure, or a sentence on what to do. */
  text: string
  /** What does not exist yet, and the store makes on first use: `'table "sessions"'`. */
  missing?: string | undefined
}

/**
 * What a store may offer to `coatcheck doctor`: what only it can know, as the version of the server and of the driver, how far the
 * clock of the server is from that of this process, whether its table or collection and their indexes are right, and settings of the
 * server under which sessions get lost. Changes nothing. A server that is away is a rejection.
 */
export interface Diagnosing {
  diagnose(): Promise<Finding[]>
}
