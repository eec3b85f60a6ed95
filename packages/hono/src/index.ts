export type { HonoSessionsData, HonoSessionsStore } from './hono-store.ts'
export { honoStore } from './hono-store.ts'
export type { SessionsOptions, SessionVariables } from './sessions.ts'
export { sessions } from './sessions.ts'
