import type { Chaos } from '../chaos/chaos.ts'
import type { Context } from './subject.ts'

/** The parts of the context that `create` has read. It cannot use others. */
export type Seen = Set<'namespace' | 'ttlMs' | 'ttlSeconds' | 'owner'>

/** How a rule opens a store. */
export interface OpenOptions {
  /** Another namespace than that of the rule: its suffix, or with `exactly` its full name. */
  namespace?: string
  exactly?: boolean
  /** The default lifetime in milliseconds. */
  ttlMs?: number
  fresh?: boolean
  /** Whether the store keeps an index of the owners of sessions, which is their key `owner`. */
  owners?: boolean
}

/** The context for one store. All stores of one rule share the same `chaos`. */
export function contextFor(
  namespace: string,
  chaos: Chaos,
  { ttlMs, fresh = false, owners = false }: OpenOptions,
  seen: Seen,
): Context {
  return {
    get namespace() {
      seen.add('namespace')
      return namespace
    },
    get ttlMs() {
      seen.add('ttlMs')
      return ttlMs
    },
    get ttlSeconds() {
      seen.add('ttlSeconds')
      return ttlMs === undefined ? undefined : Math.max(1, Math.ceil(ttlMs / 1000))
    },
    get owner() {
      seen.add('owner')
      return owners ? 'owner' : undefined
    },
    fresh,
    chaos: (client, methods) => chaos.wrap(client, methods),
  }
}

/** A namespace that no other rule and no other run has. */
export function namespaceFor(run: string, rule: string, index: number): string {
  return `conf_${run}_${rule.toLowerCase().replace('-', '')}_${index.toString(36)}_`
}

/** The prefix of a rule's session ids, if stores have no namespaces. */
export function tagFor(rule: string, index: number): string {
  return `${rule.toLowerCase().replace('-', '')}${index.toString(36)}_`
}
