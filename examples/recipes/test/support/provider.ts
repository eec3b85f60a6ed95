import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** A provider of OpenID Connect with one user, who agrees to each login. */
export interface Provider {
  readonly url: string
  readonly clientId: string
  /** What the user does at the address that the app has sent the browser to. Returns where the provider sends it back. */
  agree(address: string): Promise<string>
}

interface Asked {
  challenge: string
  redirect: string
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

export async function startProvider(user: { sub: string; name: string }): Promise<Provider> {
  const clientId = 'the app'
  const codes = new Map<string, Asked>()
  let url = ''

  async function token(req: IncomingMessage) {
    const form = new URLSearchParams(await text(req))
    const asked = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (asked?.challenge !== verifier || asked.redirect !== form.get('redirect_uri'))
      return { error: 'invalid_grant' }
    const now = Math.floor(Date.now() / 1000)
    const claims = { ...user, iss: url, aud: clientId, iat: now, exp: now + 300 }
    // Clients that got a token by TLS need not verify its signature.
    const idToken = `${encode({ alg: 'RS256' })}.${encode(claims)}.${encode('signature')}`
    return { access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token: idToken }
  }

  function authorize(query: URLSearchParams, res: ServerResponse) {
    const code = randomUUID()
    const redirect = new URL(query.get('redirect_uri')!)
    codes.set(code, { challenge: query.get('code_challenge')!, redirect: redirect.href })
    redirect.search = String(new URLSearchParams({ code, state: query.get('state')! }))
    res.writeHead(302, { Location: redirect.href }).end()
  }

  const server = createServer(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url!, url)
    if (pathname === '/authorize') return authorize(searchParams, res)
    const configuration = {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/keys`,
    }
    const answer: object = pathname === '/token' ? await token(req) : configuration
    res
      .writeHead('error' in answer ? 400 : 200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    clientId,
    async agree(address) {
      const reply = await fetch(address, { redirect: 'manual' })
      return reply.headers.get('Location')!
    },
  }
}
