/** As Express, Connect and a hand-written server call it. */
// biome-ignore lint/suspicious/noExplicitAny: as Express declares it
export type Next = (error?: any) => void
