import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { App, Got, Sent } from '../doors/door.ts'

export type Algorithm = 'ES256' | 'RS256'

export interface Keys {
  readonly algorithm: Algorithm
  readonly privateKey: KeyObject
  readonly jwk: object
}

const pairs = new Map<string, Keys>()

/** A key pair. RSA keys take long to make, so those of one name are the same. */
export function keysOf(algorithm: Algorithm, name: string = String(Math.random()), bits = 2048): Keys {
  const known = pairs.get(algorithm + name + bits)
  if (known) return known
  const { privateKey, publicKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: bits })
  const keys = { algorithm, privateKey, jwk: publicKey.export({ format: 'jwk' }) }
  pairs.set(algorithm + name + bits, keys)
  return keys
}

function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** A JWT with this header and payload. */
export function jwt(header: unknown, payload: unknown, { privateKey }: { privateKey: KeyObject }): string {
  const text = `${part(header)}.${part(payload)}`
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

/** What a browser sends to register: the key is in the header. */
export function registrationProof(keys: Keys, challenge: string): string {
  return jwt({ alg: keys.algorithm, typ: 'dbsc+jwt', jwk: keys.jwk }, { jti: challenge }, keys)
}

/** What a browser sends to refresh. */
export function refreshProof(keys: Keys, challenge: string): string {
  return jwt({ alg: keys.algorithm, typ: 'dbsc+jwt' }, { jti: challenge }, keys)
}

/** What the server has told of a session. */
interface Instructions {
  session_identifier: string
  refresh_url: string
  continue?: boolean
  credentials: { type: string; name: string; attributes: string }[]
}

/** A browser with Device Bound Session Credentials, as the draft of the W3C describes it. It keeps cookies, and obeys `Max-Age`. */
export class DbscBrowser {
  readonly #app: App
  readonly keys: Keys
  readonly cookies = new Map<string, { value: string; until: number }>()
  readonly sessions = new Map<string, Instructions>()
  readonly challenges = new Map<string, string>()
  /** Requests for the paths of the server, in order: path and status. */
  readonly log: string[] = []
  /** The last response to a registration or refresh. */
  last: Got | undefined

  constructor(app: App, keys: Keys = keysOf('ES256', 'browser')) {
    this.#app = app
    this.keys = keys
  }

  get cookie(): string {
    for (const [name, { until }] of this.cookies) if (until <= Date.now()) this.cookies.delete(name)
    return [...this.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  }

  /** A request of a page: it waits for a refresh if a bound cookie is missing. */
  async request(path = '/', sent: Sent = {}): Promise<Got> {
    for (const instructions of [...this.sessions.values()]) {
      const missing = instructions.credentials.some(({ name }) => !this.#has(name))
      if (missing) await this.refresh(instructions)
    }
    const got = await this.#send(path, sent)
    const offer = got.headers.get('Secure-Session-Registration')
    if (offer) await this.register(offer)
    return got
  }

  async register(offer: string): Promise<Got | undefined> {
    const match = /^\(([\w ]+)\);path="([^"]+)";challenge="([^"]+)"$/.exec(offer)
    if (!match) throw new Error(`not an offer: ${offer}`)
    const [, algorithms, path, challenge] = match as unknown as [string, string, string, string]
    if (!algorithms.split(' ').includes(this.keys.algorithm)) return undefined
    const proof = registrationProof(this.keys, challenge)
    return this.#bind(path, { 'Secure-Session-Response': `"${proof}"` }, undefined)
  }

  async refresh(session: Instructions, attempts = 3): Promise<Got> {
    const id = session.session_identifier
    const challenge = this.challenges.get(id)
    const proof = challenge === undefined ? undefined : refreshProof(this.keys, challenge)
    const headers = {
      'Sec-Secure-Session-Id': `"${id}"`,
      ...(proof && { 'Secure-Session-Response': `"${proof}"` }),
    }
    const got = await this.#bind(session.refresh_url, headers, id)
    if (got.status !== 403 || attempts === 0) return got
    return this.refresh(session, attempts - 1)
  }

  /** What somebody who has copied the cookies has: all of them, for as long as they are valid. */
  stolen(...without: string[]): string {
    return this.cookie
      .split('; ')
      .filter(pair => !without.some(name => pair.includes(name)))
      .join('; ')
  }

  async #bind(path: string, headers: Record<string, string>, id: string | undefined): Promise<Got> {
    const got = await this.#send(path, { method: 'POST', headers })
    this.log.push(`${path} ${got.status}`)
    this.last = got
    const { status } = got
    if (status === 200) {
      const instructions = JSON.parse(got.text) as Instructions
      if (id !== undefined) this.sessions.delete(id)
      if (
        instructions.continue !== false &&
        (id ?? instructions.session_identifier) === instructions.session_identifier
      )
        this.sessions.set(instructions.session_identifier, instructions)
    } else if (status >= 400 && status < 500 && ![403, 407, 429].includes(status) && id !== undefined) {
      this.sessions.delete(id)
    }
    return got
  }

  async #send(path: string, { headers = {}, ...sent }: Sent): Promise<Got> {
    const got = await this.#app.request(path, { cookie: this.cookie, ...sent, headers })
    for (const line of got.setCookie) this.#keep(line)
    const challenge = /^"([^"]+)";id="([^"]+)"$/.exec(got.headers.get('Secure-Session-Challenge') ?? '')
    if (challenge) this.challenges.set(challenge[2] as string, challenge[1] as string)
    return got
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) as unknown as [string, string, string]
    const age = /; Max-Age=(\d+)/.exec(line)?.[1]
    const expires = /; Expires=([^;]+)/.exec(line)?.[1]
    const until = age
      ? Date.now() + Number(age) * 1000
      : expires
        ? Date.parse(expires)
        : Number.POSITIVE_INFINITY
    this.cookies.set(name, { value, until })
  }

  #has(name: string): boolean {
    return this.cookie.split('; ').some(pair => pair.startsWith(`${name}=`))
  }
}
