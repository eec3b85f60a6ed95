/** The headers of a response that has not been sent, beside those of the session's id. */
export interface ResponseHeaders {
  /** The value of a header; `undefined` when there is none. */
  header(name: string): string | undefined
  /** Add a value to a header. */
  append(name: string, value: string): void
}

/** What a browser removes of a site (https://www.w3.org/TR/clear-site-data/). */
const SITE = '"cache", "cookies", "storage"'

/** Directives of `Cache-Control` with which no shared cache keeps the response. */
const UNSHARED = /\b(no-store|no-cache|private)\b/i

/** Whether a list has `*` or `Cookie`. */
const VARIES = /(^|,)\s*(\*|cookie)\s*(,|$)/i

/** Tell caches not to give the session cookie in this response, or the id of a transport, to anybody else (RFC 9111, section 7.3). */
export function keepFromCaches(headers: ResponseHeaders, isCookie: boolean): void {
  if (!UNSHARED.test(headers.header('Cache-Control') ?? ''))
    headers.append('Cache-Control', isCookie ? 'no-cache="Set-Cookie"' : 'no-store')
  if (isCookie && !VARIES.test(headers.header('Vary') ?? '')) headers.append('Vary', 'Cookie')
}

/** Tell the browser to remove what it has of the site. */
export function clearSite(headers: ResponseHeaders): void {
  if (headers.header('Clear-Site-Data') === undefined) headers.append('Clear-Site-Data', SITE)
}
