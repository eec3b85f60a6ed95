import { join } from 'node:path'
import lowdbStore from 'connect-lowdb'
import session from 'express-session'
import { Low } from 'lowdb'
import { JSONFile } from 'lowdb/node'
import { scratchFolder, versionOf } from './support.mjs'

const LowdbStore = lowdbStore(session)
const folder = scratchFolder()

export default {
  name: 'connect-lowdb',
  version: versionOf('connect-lowdb'),
  create: ctx =>
    new LowdbStore({
      db: new Low(new JSONFile(join(folder, `${ctx.namespace}.json`)), { sessions: [] }),
    }),
}
