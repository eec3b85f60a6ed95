import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordStore } from '@coatcheck/session'
import { migratingStore, openStore } from '@coatcheck/session/stores'
import { expect, inject, it, onTestFinished } from 'vitest'
import { run } from '../../../cli/src/run.ts'
import { Crowd, Instance, Visitor } from './visitors.ts'

const VISITORS = 8
const name = `move_${randomBytes(6).toString('hex')}`

/** Each process opens its own. */
async function open(url: string): Promise<RecordStore> {
  const store = await openStore(url)
  onTestFinished(() => store.close())
  return store
}

async function copyLive(from: string, to: string) {
  let [out, err] = ['', '']
  const io = {
    out(text: string) {
      out += text
    },
    err(text: string) {
      err += text
    },
    bar: undefined,
    ask: undefined,
    env: {},
  }
  const code = await run(['copy', from, to, '--live', '--json'], io)
  return { code, err, ...JSON.parse(out || '{}') }
}

/** Move a running app of two processes, as the guide tells it. */
async function move(crowd: Crowd, instances: readonly Instance[], from: string, to: string): Promise<void> {
  // All processes are restarted at once.
  await crowd.stop()
  for (const instance of instances)
    instance.use(migratingStore({ from: await open(from), to: await open(to) }))
  crowd.start()
  const copied = await copyLive(from, to)
  expect(copied).toMatchObject({ code: 0, wrong: 0 })
  expect(copied.read).toBeGreaterThanOrEqual(VISITORS - 1)
  await crowd.rounds(3)
  // From here on one after the other, with the visitors there.
  for (const instance of instances) {
    instance.use(migratingStore({ from: await open(from), to: await open(to), complete: true }))
    await crowd.rounds(2)
  }
  for (const instance of instances) {
    instance.use(await open(to))
    await crowd.rounds(2)
  }
}

it('move: from SQLite to Redis to PostgreSQL under load, and nobody notices', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-move-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const sqlite = `sqlite:${join(folder, 'sessions.db')}`
  const redis = `${inject('redisUrl')}?prefix=${name}:`
  const postgres = `${inject('postgresUrl')}?table=${name}`

  const instances = [
    await new Instance(await open(sqlite)).listen(),
    await new Instance(await open(sqlite)).listen(),
  ]
  const visitors = Array.from({ length: VISITORS }, (_, at) => new Visitor(`visitor${at}`, instances))
  for (const visitor of visitors) await visitor.login()
  const crowd = new Crowd(visitors)
  crowd.start()
  await crowd.rounds(2)
  await move(crowd, instances, sqlite, redis)
  await move(crowd, instances, redis, postgres)
  await crowd.stop()

  for (const visitor of visitors) {
    await visitor.look()
    await visitor.lookBack()
  }
  expect(visitors.reduce((sum, visitor) => sum + visitor.ended.length, 0)).toBeGreaterThan(VISITORS * 3)
  const rows = (await (await open(postgres)).ids()).filter(sid => !sid.startsWith('coatcheck.gone.'))
  expect(rows).toHaveLength(VISITORS)
  await (await open(redis)).clear()
  await (await open(postgres)).clear()
})
