import { type IncomingHttpHeaders, request } from 'node:http'
import { type Client, type Listener, serve } from '../../../packages/session/test/support/http.ts'

export interface ProxyOptions {
  /** Whether browsers reach it by HTTPS. Default `true`. */
  tls?: boolean
  /** What it tells of itself, in place of an `X-Forwarded-Proto` that the browser has sent; `undefined` leaves that out. */
  says?: string | undefined
  /** Whether what the browser has sent goes through as it is. Default `false`. */
  gullible?: boolean
}

/** A proxy before an app, as a load balancer is one: it ends TLS and speaks HTTP to the app. Runs until the test ends. */
export async function proxyTo(app: Client, options: ProxyOptions = {}): Promise<Client> {
  const { tls = true, gullible = false } = options
  const says = 'says' in options ? options.says : tls ? 'https' : 'http'
  const { hostname, port } = new URL(app.url)

  function headersFor(sent: IncomingHttpHeaders): IncomingHttpHeaders {
    if (gullible) return sent
    const { 'x-forwarded-proto': _, ...headers } = sent
    return says === undefined ? headers : { ...headers, 'x-forwarded-proto': says }
  }

  const forward: Listener = (req, res) => {
    const { method, url: path } = req
    const headers = headersFor(req.headers)
    const upstream = request({ hostname, port, method, path, headers }, reply => {
      res.writeHead(reply.statusCode!, reply.headers)
      reply.pipe(res)
    })
    upstream.on('error', () => res.writeHead(502).end())
    req.pipe(upstream)
  }
  return serve(forward, { tls })
}
