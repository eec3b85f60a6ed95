export type { RequestSession, RequestStore } from './declarations.ts'
export type { SessionsOptions } from './options.ts'
export type { FastifySession, FastifySessionMethods } from './session.ts'
export { sessions } from './sessions.ts'
