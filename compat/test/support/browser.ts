import type { Client, Reply } from '../../../packages/session/test/support/http.ts'

export interface Visit {
  method?: string
  headers?: Record<string, string>
  /** Whether to go where a redirect leads, as browsers do. Default `true`. */
  follow?: boolean
}

export interface Browser {
  /** The cookies that are kept, by name. */
  readonly cookies: Map<string, { value: string; attributes: string[] }>
  /** The `Cookie` header for this site. */
  cookieHeader(): string
  visit(path: string, visit?: Visit): Promise<Reply>
  post(path: string, headers?: Record<string, string>): Promise<Reply>
}

/** A browser with a cookie jar of its own: it honours `Secure`, forgets expired cookies and follows redirects by GET. */
export function browse(site: Client): Browser {
  const cookies: Browser['cookies'] = new Map()
  const secure = site.url.startsWith('https:')

  function keep(line: string) {
    const [pair = '', ...attributes] = line.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    if (attributes.includes('Secure') && !secure) return
    const expires = attributes.find(attribute => attribute.startsWith('Expires='))
    if (expires && Date.parse(expires.slice('Expires='.length)) <= Date.now()) cookies.delete(name)
    else cookies.set(name, { value: pair.slice(name.length + 1), attributes })
  }

  function cookieHeader() {
    return [...cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  }

  async function visit(path: string, { method = 'GET', headers = {}, follow = true }: Visit = {}) {
    const reply = await site.get(path, { method, headers, cookie: cookieHeader() })
    reply.setCookie.forEach(keep)
    const { location } = reply.headers
    if (!follow || !location || reply.status < 300 || reply.status > 303) return reply
    return visit(new URL(location, new URL(path, site.url)).pathname)
  }

  return {
    cookies,
    cookieHeader,
    visit,
    post: (path, headers = {}) => visit(path, { method: 'POST', headers }),
  }
}
