import type { Store } from '@coatcheck/session'
import type { FastifySession } from './session.ts'

// @fastify/session declares the same properties of Fastify's request. Two declarations of a property must have one type: where that
// package is installed, its type is it; where it is not, the import below is `any` and ours is.

/** @ts-ignore: there or not */
type Theirs = import('@fastify/session').FastifySessionObject
/** @ts-ignore: there or not */
type TheirStore = Readonly<import('@fastify/session').SessionStore>

// In a tuple, since a condition on an unresolved type by itself is unresolved too.
type IsAny<T> = [0] extends [1 & T] ? true : false

/** The type of `request.session`. */
export type RequestSession = IsAny<Theirs> extends true ? FastifySession : Theirs
/** The type of `request.sessionStore`. */
export type RequestStore = IsAny<TheirStore> extends true ? Store : TheirStore

declare module 'fastify' {
  /** The data of a session: add your own keys. */
  interface Session {}

  interface FastifyRequest {
    /** The session of this request. Missing after it was destroyed. */
    session: RequestSession
    /** The store that the plugin was given. */
    sessionStore: RequestStore
  }
}
