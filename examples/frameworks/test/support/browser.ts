/** What the browser got. */
export interface Page {
  status: number
  text: string
  /** The page's own words: `user: Ada, views: 2`, or the same as JSON. */
  user: string | undefined
  views: number | undefined
  location: string | null
  /** The `Set-Cookie` values of the session. */
  setCookie: string[]
}

/** A browser that keeps the cookie of the session, and what a proxy would add. */
export class Browser {
  readonly #url: string
  cookie = ''

  constructor(url: string, cookie = '') {
    this.#url = url
    this.cookie = cookie
  }

  get(path: string, method = 'GET'): Promise<Page> {
    return this.#ask(path, { method })
  }

  /** Submit a form, as a page of the same site does it. */
  post(
    path: string,
    fields: Record<string, string> = {},
    type = 'application/x-www-form-urlencoded',
  ): Promise<Page> {
    const body = type === 'application/json' ? '{}' : new URLSearchParams(fields)
    return this.#ask(path, { method: 'POST', body, headers: { 'Content-Type': type } })
  }

  /** Send this, as a page of the same site does it. */
  send(path: string, init: RequestInit): Promise<Page> {
    return this.#ask(path, init)
  }

  async #ask(path: string, init: RequestInit): Promise<Page> {
    const headers = new Headers(init.headers)
    headers.set('Accept', 'text/html,*/*;q=0.8')
    headers.set('Origin', this.#url)
    headers.set('X-Forwarded-Proto', 'http')
    if (this.cookie) headers.set('Cookie', this.cookie)
    const reply = await fetch(this.#url + path, { ...init, headers, redirect: 'manual' })
    const setCookie = reply.headers.getSetCookie().filter(line => line.startsWith('connect.sid='))
    for (const line of setCookie) this.cookie = line.startsWith('connect.sid=;') ? '' : line.split(';')[0]!
    const text = await reply.text()
    // React puts comments between texts.
    const words = /"?user"?: ?"?(\w+)"?, ?"?views"?: ?(\d+)/.exec(text.replaceAll('<!-- -->', ''))
    return {
      status: reply.status,
      text,
      user: words?.[1],
      views: words?.[2] === undefined ? undefined : Number(words[2]),
      location: reply.headers.get('Location'),
      setCookie,
    }
  }
}
