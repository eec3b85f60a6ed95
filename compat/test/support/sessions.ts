// What the tests of `@coatcheck/session` hold beside express-session is used here as well.
export {
  coatcheck,
  expressSession,
  type Implementation,
  implementations,
} from '../../../packages/session/test/support/implementations.ts'
export type {
  Done,
  Middleware,
  Options,
  Request,
  Response,
  Session,
  SessionModule,
  Stored,
} from '../../../packages/session/test/support/types.ts'

import type { Options } from '../../../packages/session/test/support/types.ts'

/** What an app of today would set, with both packages. */
export const COMMON: Options = {
  secret: 'a secret for tests, of at least 32 characters',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: 60_000 },
}
