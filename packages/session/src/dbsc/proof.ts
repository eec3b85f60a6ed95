import { createPublicKey, verify } from 'node:crypto'

/** A public key as a JSON Web Key (RFC 7517), with the members that it needs and no others. */
export type ProofKey =
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }

/** What a browser has signed. */
export interface Proof {
  readonly challenge: string
  readonly key: ProofKey
}

/** Bits of an RSA key. Fewer are weak (RFC 7518, section 3.3), and more cost the server too much. */
const RSA_BITS = [2048, 4096] as const

/** Characters of a header with a proof. One with an RSA key of 4,096 bits has about 1,700. */
const LONGEST = 4096

const JWT = /^(([\w-]+)\.([\w-]+))\.([\w-]+)$/

/** The text of a header that is a string of a structured field (RFC 9651), or the bare text. Parameters are ignored. */
export function stringIn(header: string | undefined): string | undefined {
  const match = /^\s*(?:"([\x20-\x21\x23-\x5b\x5d-\x7e]*)"|([\w.~-]+))\s*(?:;.*)?$/.exec(header ?? '')
  return match ? (match[1] ?? match[2]) : undefined
}

/**
 * The proof in the header `Secure-Session-Response`, if its signature is valid. Without `key`, it must have the key itself, as a registration
 * does; with `key` it must not. `undefined` for anything else.
 */
export function proofIn(header: string, key?: ProofKey): Proof | undefined {
  const match = header.length > LONGEST ? null : JWT.exec(stringIn(header) ?? '')
  if (!match) return undefined
  const [, signed, head, payload, signature] = match as unknown as [string, string, string, string, string]
  const { typ, alg, jwk, crit } = jsonIn(head)
  const { jti } = jsonIn(payload)
  if (typ !== 'dbsc+jwt' || crit !== undefined || typeof jti !== 'string') return undefined
  if (key !== undefined && jwk !== undefined) return undefined
  const used = key ?? keyIn(jwk)
  if (!used || alg !== (used.kty === 'EC' ? 'ES256' : 'RS256')) return undefined
  return isSigned(used, signed, Buffer.from(signature, 'base64url'))
    ? { challenge: jti, key: used }
    : undefined
}

/** The object in a part of a JWT; an empty one if there is none. */
function jsonIn(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function keyIn(jwk: unknown): ProofKey | undefined {
  const { kty, crv, x, y, n, e } = (jwk ?? {}) as Record<string, string>
  const texts = (...values: unknown[]) => values.every(value => typeof value === 'string')
  if (kty === 'EC' && crv === 'P-256' && texts(x, y)) return { kty, crv, x, y } as ProofKey
  return kty === 'RSA' && texts(n, e) ? ({ kty, n, e } as ProofKey) : undefined
}

/** Whether the key has signed the text. A key that is not one has signed nothing. */
function isSigned(jwk: ProofKey, text: string, signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
    const { modulusLength = RSA_BITS[0] } = key.asymmetricKeyDetails ?? {}
    if (modulusLength < RSA_BITS[0] || modulusLength > RSA_BITS[1]) return false
    return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signature)
  } catch {
    return false
  }
}
