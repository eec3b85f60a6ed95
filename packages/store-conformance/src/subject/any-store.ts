/** A connect-style session store. It only needs methods with the right names. */
// biome-ignore lint/suspicious/noExplicitAny: stores of many packages, with their own types
export type AnyStore = any
