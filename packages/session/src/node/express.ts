import type { Callback } from '../calls/call-method.ts'
import type { DestroyOptions, RegenerateOptions, Session, SessionData } from '../session/session.ts'
import type { Store } from '../store/store.ts'

// `@types/express-session` declares the same properties of Express's Request. Two declarations of a property must have the same
// type. If those types are installed, theirs are used. If not, the import below is `any`, and ours are used.

/** @ts-ignore: may not be installed */
type Theirs = import('express-session').Session & Partial<import('express-session').SessionData>
/** @ts-ignore: may not be installed */
type TheirStore = import('express-session').Store & { generate: (req: Express.Request) => void }

// Compared inside a tuple, because a condition on an unresolved type alone is unresolved too.
type IsAny<T> = [0] extends [1 & T] ? true : false

/** The type of `req.session` under Express. */
export type RequestSession = IsAny<Theirs> extends true ? Session & Partial<SessionData> : Theirs
/** The type of `req.sessionStore` under Express. */
export type RequestStore = IsAny<TheirStore> extends true ? Store : TheirStore

declare global {
  namespace Express {
    interface Request {
      /** The session of this request. Missing when the session was destroyed. */
      session: RequestSession
      /** The id of the session. */
      sessionID: string
      /** The store that the middleware was given. */
      sessionStore: RequestStore
    }
  }
}

// Theirs is then the type of our session too: it gets what our methods take and return beyond theirs.

/** @ts-ignore: may not be installed */
declare module 'express-session' {
  interface Session {
    save(): Promise<void>
    reload(): Promise<void>
    destroy(options: DestroyOptions, callback: Callback<boolean>): this
    destroy(options?: DestroyOptions): Promise<boolean | undefined>
    regenerate(options: RegenerateOptions, callback: Callback): this
    regenerate(options?: RegenerateOptions): Promise<void>
  }
}
