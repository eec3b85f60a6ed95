import session, {
  type Callback,
  type RecordStore,
  type SessionData,
  SessionError,
  Store,
} from '@coatcheck/session'
import express from 'express'

declare module '@coatcheck/session' {
  interface SessionData {
    views: number
  }
}

const app = express()
const sessions = session<{ cart: string[] }>({ secret: 's', store: new session.MemoryStore() })
app.use(sessions)

app.get('/', async (req, res) => {
  // Without the types of express-session, Express's request has ours.
  req.session.views = (req.session.views ?? 0) + 1
  const cart: string[] | undefined = sessions.of(req)?.cart
  await req.session.save()
  await req.session.regenerate({ keep: ['views'] })
  req.sessionStore.destroy(req.sessionID, () => res.send(String(cart)))
  // @ts-expect-error: nobody has declared it
  req.session.undeclared
})

app.use((error: unknown, _req: express.Request, res: express.Response, next: express.NextFunction) => {
  if (error instanceof SessionError && error.code === 'ERR_SESSION_GONE') res.redirect('/login')
  else next(error)
})

export class OwnStore extends Store {
  override get(_sid: string, callback: Callback<SessionData | null>): void {
    callback(null, null)
  }
  override set(_sid: string, _session: SessionData, callback?: Callback): void {
    callback?.()
  }
  override destroy(_sid: string, callback?: Callback): void {
    callback?.()
  }
}

export type OwnBackend = RecordStore
export const options: session.SessionOptions = { secret: 's', store: new OwnStore(), conflict: 'merge' }
