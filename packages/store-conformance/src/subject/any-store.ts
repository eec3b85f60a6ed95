/** A session store of the connect kind. Nothing but methods by name is asked of it. */
// biome-ignore lint/suspicious/noExplicitAny: stores of many makes, each with its own types, are passed here
export type AnyStore = any
