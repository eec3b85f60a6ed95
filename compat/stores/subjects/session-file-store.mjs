import { join } from 'node:path'
import session from 'express-session'
import sessionFileStore from 'session-file-store'
import { scratchFolder, versionOf } from './support.mjs'

const FileStore = sessionFileStore(session)
const folder = scratchFolder()

export default {
  name: 'session-file-store',
  version: versionOf('session-file-store'),
  create: ctx =>
    new FileStore({
      path: join(folder, ctx.namespace),
      ttl: ctx.ttlSeconds ?? 86_400,
      logFn: () => {},
      reapInterval: -1,
    }),
}
