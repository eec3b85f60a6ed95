/** Runs the next middleware, or the error handler when it is given an error. */
// biome-ignore lint/suspicious/noExplicitAny: as Express declares it
export type Next = (error?: any) => void
