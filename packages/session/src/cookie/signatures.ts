import { KeyObject } from 'node:crypto'
import { sign, unsign } from 'cookie-signature'
import type { Secret } from './secret.ts'

/** How many signed values each of a secret's two generations keeps. */
const REMEMBERED = 1000
/** An application uses a few secrets. With more than this, the whole cache is emptied. */
const SECRETS = 10

/** Ids by their signed values, and signed values by their ids. */
class Generation {
  readonly ids = new Map<string, string>()
  readonly values = new Map<string, string>()
}

/** The cache of one secret: the recently used values, and the generation before them. */
class Known {
  #young = new Generation()
  #old = new Generation()

  id(signed: string): string | undefined {
    return this.#young.ids.get(signed) ?? this.#old.ids.get(signed)
  }

  value(id: string): string | undefined {
    return this.#young.values.get(id) ?? this.#old.values.get(id)
  }

  remember(signed: string, id: string): void {
    if (this.#young.ids.has(signed)) return
    if (this.#young.ids.size >= REMEMBERED) {
      this.#old = this.#young
      this.#young = new Generation()
    }
    this.#young.ids.set(signed, id)
    this.#young.values.set(id, signed)
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

/** A copy of the text. V8 would keep the whole Cookie header in memory for each slice of it that is cached. */
function ownText(text: string): string {
  return Buffer.from(text).toString()
}

/** The id with its signature. */
export function signed(id: string, secret: Secret): string {
  return knownBy(secret)?.value(id) ?? sign(id, secret as string)
}
