import session = require('@coatcheck/session')
import stores = require('@coatcheck/session/stores')
import OldStore = require('@coatcheck/session/session/store')
import memory = require('@coatcheck/store-memory')
import express = require('express')
import scenario = require('./scenario.cjs')

declare module '@coatcheck/session' {
  interface SessionData {
    views: number
  }
}

class Own extends OldStore {
  override async get(_sid: string): Promise<session.SessionData | undefined> {
    return undefined
  }
  override async set(_sid: string, data: session.SessionData): Promise<void> {
    if (data.views > 1) throw new session.SessionError('ERR_SESSION_GONE', 'gone')
  }
  override async destroy(_sid: string): Promise<void> {}
}

const options: session.SessionOptions = {
  secret: 'a secret of thirty-two characters',
  resave: false,
  saveUninitialized: false,
  store: new Own(),
}
express().use(session(options), session.strict<{ cart: string[] }>(options))

const { session: named, Store, SessionError } = session
const { openStore } = stores
const { MemoryStore } = memory
if (process.argv[2] === 'run') {
  scenario
    .run({ express, session, named, Store, SessionError, openStore, MemoryStore })
    .then(answer => console.log(answer))
}
