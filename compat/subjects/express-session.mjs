import session from 'express-session'
import { versionOf } from './support.mjs'

export default {
  name: 'express-session MemoryStore',
  version: versionOf('express-session'),
  create: () => new session.MemoryStore(),
  backend: {
    putRaw: (store, sid, text) => {
      store.sessions[sid] = text
    },
    rows: store => Object.keys(store.sessions).length,
  },
}
