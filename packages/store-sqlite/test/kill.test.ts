import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { getRuntime } from '../../../scripts/runtimes.mjs'
import { useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../session/test/support/processes.ts'
import { openStore, tempFile } from './support/files.ts'

const FILLING = 'x'.repeat(700)

/** How often the process is killed. */
const KILLS = 20

const built = useBuilt()

// Writers that never rest. Each line goes to the pipe at once, after what it tells of was answered: `+` a session has this version,
// `?` it is about to be destroyed, `-` it is destroyed. A line without its end was cut off by the kill.
const WRITERS = `
  import { writeSync } from 'node:fs'
  import { SqliteStore } from '@coatcheck/store-sqlite'

  const store = SqliteStore.open(process.env.FILE, { pruneInterval: 20 })
  const cookie = { originalMaxAge: null, expires: null, path: '/' }
  const filling = '${FILLING}'

  async function writer(name) {
    for (let version = 1; ; version++) {
      const sid = process.env.ROUND + '-' + name + '-' + version % 50
      const known = version % 3 ? await store.get(sid) : undefined
      const session = known ?? { cookie }
      await store.set(sid, Object.assign(session, { sid, version, filling: filling.repeat(1 + version % 4) }))
      writeSync(1, '+ ' + sid + ' ' + version + ' .\\n')
      await store.set('short ' + sid, { cookie: { expires: new Date(Date.now() + 5) } })
      if (version % 7 === 0) {
        writeSync(1, '? ' + sid + ' ' + version + ' .\\n')
        await store.destroy(sid)
        writeSync(1, '- ' + sid + ' ' + version + ' .\\n')
      }
      await new Promise(setImmediate)
    }
  }
  process.send('writing')
  await Promise.all([1, 2, 3, 4, 5, 6].map(writer))
`

/** What the lines of processes that were killed promise, by session: its version, and whether it is there, gone, or either. */
class Promised {
  readonly sessions = new Map<string, { version: number; state: string }>()
  acknowledged = 0

  read(lines: readonly string[]): void {
    for (const line of lines) {
      const [state, sid, version, end] = line.split(' ') as [string, string, string, string]
      if (end !== '.') continue
      this.sessions.set(sid, { version: Number(version), state })
      if (state !== '?') this.acknowledged++
    }
  }
}

/** Later versions than the promised one are right: their writer was killed before it could tell. */
function broken(
  { version, state }: { version: number; state: string },
  session: Stored | undefined,
): boolean {
  if (!session) return state === '+'
  const whole = session.filling === FILLING.repeat(1 + (session.version % 4))
  return !whole || session.version < version || (state === '-' && session.version === version)
}

interface Stored {
  version: number
  filling: string
}

function integrityOf(file: string): unknown {
  const client = new Database(file)
  try {
    return client.pragma('integrity_check', { simple: true })
  } finally {
    client.close()
  }
}

/** Each driver, where it is at home. */
const drivers = {
  'better-sqlite3': async () => process.execPath,
  'node:sqlite': () => getRuntime('node24'),
  'bun:sqlite': () => getRuntime('bun'),
}

describe('kill', () => {
  it.each(Object.entries(drivers))(
    `kill: with %s no session that was acknowledged is lost when the process is killed, ${KILLS} times`,
    async (_, runtime) => {
      const file = tempFile()
      const promised = new Promised()
      const perKill: number[] = []
      for (let round = 0; round < KILLS; round++) {
        const writers = runProcess(
          built.folder,
          WRITERS,
          { FILE: file, ROUND: String(round) },
          await runtime(),
        )
        await writers.message()
        while (writers.lines.length === 0) await sleep(1)
        await sleep(Math.random() * 250)
        writers.child.kill('SIGKILL')
        await writers.ended
        const before = promised.acknowledged
        promised.read(writers.lines)
        perKill.push(promised.acknowledged - before)
        expect(integrityOf(file)).toBe('ok')
      }

      const store = openStore(file)
      const wrong: string[] = []
      for (const [sid, promise] of promised.sessions) {
        const session = (await store.get(sid)) as Stored | undefined
        if (broken(promise, session)) wrong.push(`${sid}: ${JSON.stringify(promise)}, ${session?.version}`)
      }
      expect(wrong).toEqual([])
      expect(Math.min(...perKill)).toBeGreaterThan(0)
      expect(promised.acknowledged).toBeGreaterThan(KILLS * 50)
    },
    300_000,
  )
})
