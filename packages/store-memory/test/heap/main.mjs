// What sessions cost in memory, and how long they hold up the process: this store beside others, each in a process of its own.
// By hand, after `npm run build`: node packages/store-memory/test/heap/main.mjs [sessions] [store ...]

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

const STORES = ['@coatcheck/store-memory', 'memorystore', 'express-session']
const [sessions = '1000000', ...stores] = process.argv.slice(2)

const rows = []
for (const store of stores.length > 0 ? stores : STORES) {
  const script = fileURLToPath(new URL('child.mjs', import.meta.url))
  const args = ['--expose-gc', '--max-old-space-size=6144', script, store, sessions]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'close')
  const row = await Promise.race([
    once(child, 'message').then(([message]) => message),
    ended.then(() => null),
  ])
  await ended
  if (!row) throw new Error(`${store} ended without a result`)
  rows.push({ store, ...row })
}
console.log(`${sessions} sessions, Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model}`)
console.log(
  'Bytes for each session, and longest pauses of the event loop in milliseconds (by the clock / of processor time):',
)
console.table(rows)
