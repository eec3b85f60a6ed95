import type { ColumnValue, Layout } from './layout.ts'

/** How many rows `entries` reads at a time. */
export const PAGE = 500

/** A row of a session. */
export interface Row {
  data: string
  expires: ColumnValue
}

/** The present time, in the form of the column. */
export function now(layout: Layout): ColumnValue {
  return layout.toColumn(Date.now())
}

/** The expiry of a session that has so many milliseconds left. */
export function end(layout: Layout, ttl: number): ColumnValue {
  return layout.toColumn(Date.now() + ttl)
}

/** The same for a new row, where our own table has a second column with it. */
export function ends(layout: Layout, ttl: number): ColumnValue[] {
  const expires = end(layout, ttl)
  return layout.due === layout.expires ? [expires] : [expires, expires]
}

/** The owner, where the table has a column for it. */
export function owned(layout: Layout, owner: string | undefined): (string | null)[] {
  return layout.owners ? [owner ?? null] : []
}
