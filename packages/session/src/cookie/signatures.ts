import { KeyObject } from 'node:crypto'
import { sign, unsign } from 'cookie-signature'
import type { Secret } from './secret.ts'

/** How many signed values each of a secret's two generations keeps. */
const REMEMBERED = 1000
/** An application uses a few secrets. With more than this, the whole cache is emptied. */
const SECRETS = 10

/** An id with its signature. */
class Signed {
  readonly text: string
  #cookie: string | undefined

  constructor(text: string) {
    this.text = text
  }

  /** The value of a cookie with it. */
  get cookie(): string {
    this.#cookie ??= encodeURIComponent(`s:${this.text}`)
    return this.#cookie
  }
}

/** Ids by their signed values and by the cookies that were sent, and signed values by their ids. */
class Generation {
  readonly sent = new Map<string, string>()
  readonly ids = new Map<string, string>()
  readonly values = new Map<string, Signed>()
}

/** The cache of one secret: the recently used values, and the generation before them. */
class Known {
  #young = new Generation()
  #old = new Generation()

  id(signed: string): string | undefined {
    return this.#young.ids.get(signed) ?? this.#old.ids.get(signed)
  }

  value(id: string): Signed | undefined {
    return this.#young.values.get(id) ?? this.#old.values.get(id)
  }

  idIn(sent: string): string | undefined {
    return this.#young.sent.get(sent) ?? this.#old.sent.get(sent)
  }

  remember(signed: string, id: string): void {
    if (this.#young.ids.has(signed)) return
    if (this.#young.ids.size >= REMEMBERED) this.#age()
    this.#young.ids.set(signed, id)
    this.#young.values.set(id, new Signed(signed))
  }

  /** A client can send one id in many ways: the number of these has its own limit. */
  rememberSent(sent: string, id: string): void {
    if (this.#young.sent.size >= REMEMBERED) this.#age()
    this.#young.sent.set(sent, id)
  }

  #age(): void {
    this.#old = this.#young
    this.#young = new Generation()
  }
}

const bySecret = new Map<Secret, Known>()

/** The cache of this secret. `undefined` for bytes, which their owner may change in place. */
function knownBy(secret: Secret): Known | undefined {
  const known = bySecret.get(secret)
  if (known || !(typeof secret === 'string' || secret instanceof KeyObject)) return known
  if (bySecret.size >= SECRETS) bySecret.clear()
  const begun = new Known()
  bySecret.set(secret, begun)
  return begun
}

/**
 * The id in `signed` if `secret` has signed it. Valid values are cached. Every other signature is compared in constant time, so that the
 * time of a wrong guess reveals nothing.
 */
export function verified(signed: string, secret: Secret): string | undefined {
  const known = knownBy(secret)
  const remembered = known?.id(signed)
  if (remembered !== undefined) return remembered
  const part = unsign(signed, secret as string)
  if (!part) return undefined
  const id = ownText(part)
  known?.remember(ownText(signed), id)
  return id
}

/** The id in the value of a cookie, as it was sent, if `rememberId` was called with it. */
export function knownId(sent: string, secret: Secret): string | undefined {
  return bySecret.get(secret)?.idIn(sent)
}

/** Remember the id in the value of a cookie that `secret` has signed, so that the value need not be decoded again. */
export function rememberId(sent: string, id: string, secret: Secret): void {
  knownBy(secret)?.rememberSent(ownText(sent), id)
}

/** A copy of the text. V8 would keep the whole Cookie header in memory for each slice of it that is cached. */
function ownText(text: string): string {
  return Buffer.from(text).toString()
}

/** The id with its signature. */
export function signed(id: string, secret: Secret): Signed {
  return knownBy(secret)?.value(id) ?? new Signed(sign(id, secret as string))
}
