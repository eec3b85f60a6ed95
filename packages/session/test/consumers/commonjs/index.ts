import session = require('@coatcheck/session')
import express = require('express')

const app = express()
app.use(session({ secret: 's', resave: false, saveUninitialized: false }))
app.use(session.strict({ secret: 's' }))
app.get('/', (req, res) => {
  req.session.destroy(error =>
    error instanceof session.SessionError ? res.send(error.code) : res.send('bye'),
  )
})

class OwnStore extends session.Store {
  override async get(_sid: string): Promise<session.SessionData | undefined> {
    return undefined
  }
  override async set(_sid: string, _session: session.SessionData): Promise<void> {}
  override async destroy(_sid: string): Promise<void> {}
}

const options: session.SessionOptions = { store: new OwnStore(), cookie: { maxAge: 1000 } }
app.use(session(options))
