// Goes through locks and deleted files with the driver that `SqliteStore.open` takes in this runtime, and prints what came of it.
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SqliteClient, SqliteStore } from '@coatcheck/store-sqlite'

const file = process.env.FILE as string
const [module, name] = process.versions.bun ? ['bun:sqlite', 'Database'] : ['node:sqlite', 'DatabaseSync']
const Database = createRequire(import.meta.url)(module!)[name!] as new (file: string) => SqliteClient
const session = (data: object) => ({ cookie: {}, ...data })

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    failure => failure,
  )
  return error && [error.code, error.status, error.cause?.message]
}

/** How many timers have run while `work` was waiting. */
async function timersDuring(work: Promise<unknown>): Promise<number> {
  let answered = false
  work.finally(() => {
    answered = true
  })
  let timers = 0
  while (!answered && timers < 20) {
    await sleep(2)
    timers++
  }
  return timers
}

const store = SqliteStore.open(file, { busyTimeout: 60_000 })
const impatient = SqliteStore.open(file, { busyTimeout: 20 })
await store.set('a', session({ user: 'Ada' }))
await impatient.length()
const other = new Database(file)
other.exec('BEGIN IMMEDIATE')
const written = store.set('b', session({ user: 'Bob' }))
const timers = await timersDuring(written)
const locked = await failureOf(impatient.set('c', session({})))
const read = await store.get('a')
other.exec('ROLLBACK')
await written
const ids = await store.ids()
other.close()

const client = new Database(file)
const given = new SqliteStore({ client })
await given.length()
await store.destroy('a')
for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix)
const gone = await failureOf(given.set('d', session({})))
await store.set('e', session({}))
const second = SqliteStore.open(file)
const [packages] = await store.diagnose()
const [givenPackages] = await given.diagnose()
console.log(
  JSON.stringify({
    drivers: [packages!.text, givenPackages!.text],
    timers,
    locked,
    read: (read as { user?: string } | undefined)?.user,
    ids,
    gone,
    after: await second.ids(),
  }),
)
process.exit()
