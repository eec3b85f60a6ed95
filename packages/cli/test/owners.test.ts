import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type OpenStoreOptions, openStore } from '@coatcheck/session/stores'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { digestOf } from '../src/listing.ts'
import { coatcheck, contents, sessionOf, tempFolder } from './support/command.ts'

let file = ''
let env: Record<string, string> = {}
beforeEach(() => {
  file = join(tempFolder(), 'sessions.db')
  env = { SESSION_STORE: `sqlite:${file}`, SESSION_OWNER: 'user.id' }
})

const rows = (out: string) => out.trimEnd().split('\n')
const hash = (sid: string) => digestOf(sid).slice(0, 'sha256:'.length + 16)

/** Two sessions of owner 7, and one each of owner 70 and of nobody. */
async function fill(options: OpenStoreOptions = {}): Promise<void> {
  const store = await openStore(env.SESSION_STORE, { owner: 'user.id', ...options })
  const created = Date.now() - 120_000
  const lifespan = { 'coatcheck.lifespan': `${created}/${created + 9_000_000}` }
  await store.set('id of the phone', sessionOf({ user: { id: 7 }, ...lifespan }, 3_000_000))
  await store.set('id of the laptop', sessionOf({ user: { id: 7 } }, 3_600_000))
  await store.set('id of another', sessionOf({ user: { id: 70 } }, 3_600_000))
  await store.set('id of nobody', sessionOf({}, 3_600_000))
  await store.close()
}

describe('sessions', () => {
  it('sessions: those of the owner, newest first, with when they were created and used', async () => {
    await fill()
    const { code, out, err } = await coatcheck(['sessions', '7'], { env })
    expect([code, err]).toEqual([0, ''])
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
    const stated = (pattern: RegExp) => expect.stringMatching(pattern)
    expect(rows(out).map(row => row.split('\t'))).toEqual([
      [hash('id of the laptop'), '-', stated(time), stated(/^59m\d+s$/), 'user'],
      [hash('id of the phone'), stated(time), stated(time), stated(/^49m\d+s$/), 'user coatcheck.lifespan'],
    ])
  })

  it('sessions: --json is a line for each, and --reveal shows ids that are not hashed', async () => {
    await fill()
    const { out } = await coatcheck(['sessions', '7', '--json', '--reveal', '--owner', 'user.id'], { env })
    const [laptop, phone] = rows(out).map(line => JSON.parse(line))
    expect(Object.keys(phone)).toEqual(['id', 'created', 'touched', 'expires', 'ttl', 'bytes', 'keys'])
    expect(laptop).toMatchObject({ id: 'id of the laptop', created: null })
    expect(phone).toMatchObject({ id: 'id of the phone', keys: ['user', 'coatcheck.lifespan'] })
    expect(Math.abs(Date.parse(phone.created) - Date.now() + 120_000)).toBeLessThan(60_000)
    expect(Math.abs(Date.parse(laptop.touched) - Date.now())).toBeLessThan(60_000)
  })

  it('sessions: with hashed ids, nothing that is printed is an id, also with --reveal', async () => {
    const keys = { SESSION_KEYS: randomBytes(32).toString('base64'), H: randomBytes(32).toString('base64') }
    await fill({ hashIds: { key: keys.H }, encryption: { keys: [keys.SESSION_KEYS] } })
    const at = { env: { ...env, ...keys } }
    for (const more of [[], ['--reveal'], ['--json'], ['--json', '--reveal']]) {
      const { out } = await coatcheck(['sessions', '7', '--hash-key', 'env:H', ...more], at)
      expect(rows(out)).toHaveLength(2)
      for (const row of rows(out)) expect(row).toMatch(/^(\{"id":")?h1\.[\w-]{43}\b/)
      expect(out).not.toContain('id of')
    }
  })

  it.each([
    [
      ['sessions', '7'],
      'The option --owner is missing: give the path of the owner in a session, such as userId',
    ],
    [
      ['logout', '7', '--yes'],
      'The option --owner is missing: give the path of the owner in a session, such as userId',
    ],
    [['sessions', '7', '--owner', 'a..b'], 'The option "owner" must be a key of the session'],
    [['sessions'], 'Usage: coatcheck sessions OWNER [options]'],
    [['logout', '7', '--owner', 'user.id', '--except', 'sha256:12'], 'The hash of an id is sha256:'],
    [['sessions', '', '--owner', 'user.id'], 'The owner must not be empty'],
    [['logout', '', '--owner', 'user.id', '--yes'], 'The owner must not be empty'],
  ])('%j is told in a sentence, with exit code 2', async (argv, text) => {
    await fill()
    const { code, out, err } = await coatcheck(argv, { env: { SESSION_STORE: env.SESSION_STORE! } })
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(text)])
    expect(await ids()).toHaveLength(4)
  })

  it.each([['sessions'], ['logout']])(
    '%s: a table without owners is told, and does not get a column',
    async name => {
      const store = await openStore(env.SESSION_STORE)
      await store.set('a', sessionOf({ user: { id: 7 } }))
      await store.close()
      expect(await coatcheck([name, '7'], { env })).toEqual({
        code: 1,
        out: '',
        err: 'coatcheck: The session store (SQLite) has no column "owner" in the table "sessions"\n',
      })
      const client = new Database(file)
      const columns = client.prepare("SELECT name FROM pragma_table_info('sessions')").all()
      client.close()
      expect(JSON.stringify(columns)).not.toContain('owner')
    },
  )
})

describe('logout', () => {
  it('logout: asks, ends the sessions of the owner and of nobody else', async () => {
    await fill()
    const no = await coatcheck(['logout', '7'], { env, answer: '' })
    expect(no).toEqual({
      code: 2,
      out: '',
      err: 'End all sessions of 7, 2 at the moment? [y/N] coatcheck: Nothing was changed\n',
    })
    expect((await coatcheck(['logout', '7'], { env })).err).toContain('add --yes to confirm')
    expect(await ids()).toHaveLength(4)
    expect(await coatcheck(['logout', '7'], { env, answer: 'y' })).toMatchObject({
      code: 0,
      out: '2 sessions removed\n',
    })
    expect(await ids()).toEqual(['id of another', 'id of nobody'])
    const again = await coatcheck(['logout', '7', '--yes', '--json'], { env })
    expect(again).toEqual({ code: 0, out: '{"removed":0}\n', err: '' })
  })

  it.each([['id of the phone'], [hash('id of the phone')]])('logout: --except %s keeps it', async kept => {
    await fill()
    const asked = await coatcheck(['logout', '7', '--except', kept], { env, answer: 'n' })
    expect(asked.err).toContain('End all other sessions of 7, 1 at the moment?')
    expect(await coatcheck(['logout', '7', '--except', kept, '--yes'], { env })).toMatchObject({
      code: 0,
      out: '1 session removed\n',
    })
    expect(await ids()).toEqual(['id of another', 'id of nobody', 'id of the phone'])
  })

  it('logout: --except with a session that is not the owner’s ends nothing and repeats no id', async () => {
    await fill()
    for (const kept of ['id of another', 'typing error', hash('nothing')]) {
      const shown = kept.startsWith('sha256:') ? kept : hash(kept)
      expect(await coatcheck(['logout', '7', '--yes', '--except', kept], { env })).toEqual({
        code: 1,
        out: '',
        err: `coatcheck: This owner has no session ${shown}\n`,
      })
    }
    expect(await ids()).toHaveLength(4)
  })

  it('logout: --except takes the hash that sessions shows of a hashed id', async () => {
    await fill({ hashIds: true })
    const listed = await coatcheck(['sessions', '7', '--hash-ids', '--json'], { env })
    const { id } = JSON.parse(rows(listed.out)[0]!)
    const { out } = await coatcheck(['logout', '7', '--yes', '--hash-ids', '--except', id], { env })
    expect(out).toBe('1 session removed\n')
    expect(await ids()).toContain(id)
  })
})

async function ids(): Promise<string[]> {
  return Object.keys(await contents(env.SESSION_STORE!)).sort()
}
