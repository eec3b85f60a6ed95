import session from 'express-session'
import { versionOf } from './support.mjs'

export default {
  name: 'express-session MemoryStore',
  version: versionOf('express-session'),
  create: () => new session.MemoryStore(),
}
