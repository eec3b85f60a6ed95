import type { Store } from '@coatcheck/session'
import type { FastifySession } from './session.ts'

// @fastify/session declares the same properties of Fastify's request, and two declarations of a property must have the same type. So if that
// package is installed, its types are used. If not, the imports below have the type `any`, and our types are used.

/** @ts-ignore: may not be installed */
type Theirs = import('@fastify/session').FastifySessionObject
/** @ts-ignore: may not be installed */
type TheirStore = Readonly<import('@fastify/session').SessionStore>

// The tuple makes the condition resolve, even if the imported type does not.
type IsAny<T> = [0] extends [1 & T] ? true : false

/** The type of `request.session`. */
export type RequestSession = IsAny<Theirs> extends true ? FastifySession : Theirs
/** The type of `request.sessionStore`. */
export type RequestStore = IsAny<TheirStore> extends true ? Store : TheirStore

declare module 'fastify' {
  /** The data of a session: add your own keys. */
  interface Session {}

  interface FastifyRequest {
    /** The session of this request. `undefined` after it was destroyed. */
    session: RequestSession
    /** The store that the plugin was given. */
    sessionStore: RequestStore
  }
}
