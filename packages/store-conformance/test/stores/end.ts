/** When a session ends, in milliseconds since the epoch: as its cookie says, else after `ttlMs`. */
export function endOf(cookie: { expires?: unknown; maxAge?: unknown } | undefined, ttlMs: number): number {
  const { expires, maxAge } = cookie ?? {}
  if (expires) {
    const end = new Date(expires as string | Date).getTime()
    if (Number.isNaN(end)) throw new TypeError('cookie.expires is no date')
    return end
  }
  return Date.now() + (typeof maxAge === 'number' ? maxAge : ttlMs)
}
