import { KeyObject } from 'node:crypto'
import { sign, unsign } from 'cookie-signature'
import type { Secret } from '../engine/options.ts'

/** How many signed values are remembered for a secret, in each of two generations. */
const REMEMBERED = 1000
/** Secrets beyond so many are forgotten with all their values: an application rotates a few. */
const SECRETS = 10

/** Values that are signed right, and their ids, both ways. */
class Generation {
  readonly ids = new Map<string, string>()
  readonly values = new Map<string, string>()
}

/** The values of one secret: the recently used, and those before them. */
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

/** Nothing for bytes, which their owner may change in place. */
function knownBy(secret: Secret): Known | undefined {
  const known = bySecret.get(secret)
  if (known || !(typeof secret === 'string' || secret instanceof KeyObject)) return known
  if (bySecret.size >= SECRETS) bySecret.clear()
  const begun = new Known()
  bySecret.set(secret, begun)
  return begun
}

/**
 * The id in `signed` if `secret` has signed it. A right value is remembered, to be recognized by equality of the whole; anything
 * else is compared in constant time, so that nothing is learnt from how long a wrong guess takes.
 */
export function verified(signed: string, secret: Secret): string | undefined {
  const known = knownBy(secret)
  const id = known?.id(signed) ?? (unsign(signed, secret as string) || undefined)
  if (id !== undefined) known?.remember(signed, id)
  return id
}

/** The id with its signature. */
export function signed(id: string, secret: Secret): string {
  return knownBy(secret)?.value(id) ?? sign(id, secret as string)
}
