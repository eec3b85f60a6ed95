/** What a visitor got. */
export interface Page {
  status: number
  text: string
  location: string | null
}

/** A browser: it keeps cookies and does not follow redirects. */
export class Visitor {
  readonly #url: string
  readonly cookies: Map<string, string> = new Map()

  constructor(url: string) {
    this.#url = url
  }

  /** Another browser that has stolen the cookies. */
  copy(): Visitor {
    const copy = new Visitor(this.#url)
    for (const [name, value] of this.cookies) copy.cookies.set(name, value)
    return copy
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.#send(path, { headers })
  }

  /** Submits a form. */
  post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  /** The `Cookie` header. */
  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async #send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Page> {
    const headers = { Cookie: this.cookie, ...init.headers }
    const reply = await fetch(new URL(path, this.#url), { ...init, headers, redirect: 'manual' })
    for (const line of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (/Expires=Thu, 01 Jan 1970/.test(line)) this.cookies.delete(name!)
      else this.cookies.set(name!, value!)
    }
    return { status: reply.status, text: await reply.text(), location: reply.headers.get('Location') }
  }
}
