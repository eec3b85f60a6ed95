import session, { type Callback, session as named, SessionError, Store } from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'
import { MemoryStore } from '@coatcheck/store-memory'
import express from 'express'
import { run } from './scenario.cjs'

declare module '@coatcheck/session' {
  interface SessionData {
    views: number
  }
}

class Own extends Store {
  override get(_sid: string, callback: Callback<session.SessionData | null>): void {
    callback(null, null)
  }
  override set(_sid: string, data: session.SessionData, callback?: Callback): void {
    callback?.(data.views > 1 ? new Error('too often') : null)
  }
  override destroy(_sid: string, callback?: Callback): void {
    callback?.(null)
  }
}

const sessions = named({
  secret: 'a secret of thirty-two characters',
  resave: false,
  saveUninitialized: false,
  store: new Own(),
})
const app = express()
app.use(sessions)
app.get('/', (req, res) => {
  const views: number | undefined = sessions.of(req)?.views
  res.json(views)
})

export const answer = (): Promise<string> =>
  run({ express, session, named, Store, SessionError, openStore, MemoryStore })

if (process.argv[2] === 'run') answer().then(console.log)
