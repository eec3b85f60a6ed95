import type { Client, Reply, Sent } from '../../../packages/session/test/support/http.ts'

/** A client of a server that a test has started itself. */
export function clientOf(port: number): Client {
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    async get(path = '/', { method = 'GET', headers = {}, cookie = '' }: Sent = {}): Promise<Reply> {
      const reply = await fetch(url + path, {
        method,
        headers: { ...headers, cookie: String(cookie) },
        redirect: 'manual',
      })
      const body = Buffer.from(await reply.arrayBuffer())
      return {
        status: reply.status,
        message: reply.statusText,
        headers: Object.fromEntries(reply.headers),
        body,
        text: body.toString(),
        setCookie: reply.headers.getSetCookie(),
      }
    },
  }
}
