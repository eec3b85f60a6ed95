/** One result of a diagnosis. Texts contain neither passwords nor session data. */
export interface Finding {
  /** What was checked, such as `'server'`, `'clock'` or `'maxmemory-policy'`. */
  name: string
  /** `'warning'`: the store works, but may lose sessions or be slow. `'problem'`: the store does not work. */
  level: 'ok' | 'warning' | 'problem'
  /** A version, a figure, or a sentence on what to do. */
  text: string
  /** Something that does not exist yet and that the store creates on first use, such as `'table "sessions"'`. */
  missing?: string | undefined
}

/**
 * A store that can be checked by `coatcheck doctor`. `diagnose` reports what only the store can find out: the versions of server and
 * driver, the difference between the server's clock and that of this process, whether the table or collection and its indexes are
 * right, and server settings that lose sessions. It changes nothing. It rejects when the server cannot be reached.
 */
export interface Diagnosing {
  diagnose(): Promise<Finding[]>
}
