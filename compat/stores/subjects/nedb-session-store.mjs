import { join } from 'node:path'
import session from 'express-session'
import nedbSessionStore from 'nedb-session-store'
import { scratchFolder, versionOf } from './support.mjs'

const NeDBStore = nedbSessionStore(session)
const folder = scratchFolder()

export default {
  name: 'nedb-session-store',
  version: versionOf('nedb-session-store'),
  shared: false,
  create: ctx => new NeDBStore({ filename: join(folder, `${ctx.namespace}.db`), defaultExpiry: ctx.ttlMs }),
}
