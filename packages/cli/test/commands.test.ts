import { createHash } from 'node:crypto'
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { coatcheck, contents, fill, sessionOf, tempFolder } from './support/command.ts'

const hash = (sid: string, digits = 16) =>
  `sha256:${createHash('sha256').update(sid).digest('hex').slice(0, digits)}`

let store = ''
let env: Record<string, string> = {}
beforeEach(async () => {
  store = `sqlite:${join(tempFolder(), 'sessions.db')}`
  env = { SESSION_STORE: store }
  await fill(store, {
    'id of Ada': sessionOf({ user: 'Ada', cart: [1, 2], plan: { a: 1 }, admin: true, none: null }, 3_600_000),
    'id of Bob': sessionOf({ user: 'Bob' }),
  })
})

describe('ls', () => {
  it('ls: hashes of ids, what is left, bytes and names', async () => {
    const { code, out, err } = await coatcheck(['ls'], { env })
    expect([code, err]).toEqual([0, ''])
    const rows = out
      .trimEnd()
      .split('\n')
      .map(line => line.split('\t'))
    expect(rows).toEqual([
      [
        hash('id of Ada'),
        expect.stringMatching(/^59m\d\ds$/),
        expect.stringMatching(/^\d+$/),
        'user cart plan admin none',
      ],
      [hash('id of Bob'), '23h59m', expect.stringMatching(/^\d+$/), 'user'],
    ])
  })

  it('ls: --json is a line for each', async () => {
    const { out } = await coatcheck(['ls', '--json', '--reveal', '--store', store])
    const [ada, bob] = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(Object.keys(ada)).toEqual(['id', 'expires', 'ttl', 'bytes', 'keys'])
    expect(ada).toMatchObject({ id: 'id of Ada', keys: ['user', 'cart', 'plan', 'admin', 'none'] })
    expect(Math.abs(Date.parse(ada.expires) - Date.now() - 3_600_000)).toBeLessThan(5000)
    expect(bob.ttl).toBeGreaterThan(86_390_000)
  })

  it('ls: pages', async () => {
    const first = await coatcheck(['ls', '--limit', '1', '--reveal'], { env })
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^id of Ada\t.*\n$/) })
    expect(first.err).toBe('There are more sessions: --skip 1 for the next, or --limit 0 for all\n')
    const second = await coatcheck(['ls', '--limit', '1', '--skip', '1', '--reveal'], { env })
    expect(second).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^id of Bob\t.*\n$/) })
    expect((await coatcheck(['ls', '--limit', '0'], { env })).out.trimEnd().split('\n')).toHaveLength(2)
  })
})

describe('show', () => {
  it.each(['id of Ada', hash('id of Ada'), hash('id of Ada', 8)])(
    'show: %s without what is in it',
    async sid => {
      const { code, out } = await coatcheck(['show', sid], { env })
      expect(code).toBe(0)
      expect(JSON.parse(out)).toMatchObject({
        id: hash('id of Ada'),
        session: {
          cookie: { path: '/' },
          user: '<text of 3>',
          cart: '<list of 2>',
          plan: '<object of 1>',
          admin: '<boolean>',
          none: null,
        },
      })
      expect(out).not.toContain('Ada')
    },
  )

  it('show: --reveal shows all', async () => {
    const { out } = await coatcheck(['show', 'id of Ada', '--reveal', '--json'], { env })
    expect(out.split('\n')).toHaveLength(2)
    expect(JSON.parse(out)).toMatchObject({ id: 'id of Ada', session: { user: 'Ada', cart: [1, 2] } })
  })

  it('show: the same expiry each time, in the cookie too', async () => {
    const shown = []
    for (let round = 0; round < 5; round++) {
      const { out } = await coatcheck(['show', 'id of Ada', '--reveal'], { env })
      const { expires, session } = JSON.parse(out)
      shown.push(expires, session.cookie.expires)
      await sleep(20)
    }
    const rows = (await coatcheck(['ls', '--json', '--reveal'], { env })).out.split('\n')
    shown.push(JSON.parse(rows[0] as string).expires)
    expect(new Set(shown).size).toBe(1)
  })

  it('show: one that is not there is 1, and its id is not repeated', async () => {
    const missing = await coatcheck(['show', 'id of nobody'], { env })
    expect(missing).toEqual({ code: 1, out: '', err: `There is no session ${hash('id of nobody')}\n` })
    const { code, err } = await coatcheck(['show', hash('id of nobody')], { env })
    expect([code, err]).toEqual([1, `There is no session ${hash('id of nobody')}\n`])
    expect((await coatcheck(['show', 'sha256:1'], { env })).code).toBe(2)
  })
})

describe('rm, clear, count, prune', () => {
  it('count: the number alone', async () => {
    expect(await coatcheck(['count'], { env })).toEqual({ code: 0, out: '2\n', err: '' })
    expect((await coatcheck(['count', '--json'], { env })).out).toBe('{"sessions":2}\n')
  })

  it('rm: asks, and does what is answered', async () => {
    const no = await coatcheck(['rm', 'id of Ada'], { env, answer: '' })
    expect(no).toEqual({ code: 2, out: '', err: 'End 1 session? [y/N] coatcheck: Nothing was changed\n' })
    expect(await contents(store)).toHaveProperty('id of Ada')
    const yes = await coatcheck(['rm', 'id of Ada'], { env, answer: 'y' })
    expect([yes.code, yes.out]).toEqual([0, '1 session removed\n'])
    expect(Object.keys(await contents(store))).toEqual(['id of Bob'])
  })

  it('rm: refuses where nobody can be asked, and takes --yes', async () => {
    const refused = await coatcheck(['rm', 'id of Ada'], { env })
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain('add --yes to confirm')
    expect(Object.keys(await contents(store))).toHaveLength(2)
    const both = await coatcheck(['rm', 'id of Ada', hash('id of Bob'), 'nobody', '--yes', '--json'], { env })
    expect([both.code, both.out]).toEqual([1, '{"removed":2,"missing":1}\n'])
    expect(await contents(store)).toEqual({})
  })

  it('clear: everything, once it is confirmed', async () => {
    expect((await coatcheck(['clear'], { env })).code).toBe(2)
    expect((await coatcheck(['clear'], { env, answer: 'no' })).err).toContain(
      'End all sessions, 2 at the moment?',
    )
    expect(await coatcheck(['clear', '--yes'], { env })).toMatchObject({
      code: 0,
      out: '2 sessions removed\n',
    })
    expect(await contents(store)).toEqual({})
  })

  it('prune: deletes what has expired', async () => {
    const { default: Database } = await import('better-sqlite3')
    const client = new Database(store.slice('sqlite:'.length))
    client.exec(`UPDATE sessions SET expires = 1 WHERE sid = 'id of Bob'`)
    client.close()
    expect(await coatcheck(['prune'], { env })).toEqual({ code: 0, out: '1 expired deleted\n', err: '' })
    expect((await coatcheck(['prune', '--json'], { env })).out).toBe('{"deleted":0}\n')
  })
})

describe('the command line', () => {
  it('help: of all and of each, and the version', async () => {
    const all = await coatcheck(['--help'])
    expect(all.code).toBe(0)
    for (const name of [
      'ls',
      'show',
      'rm',
      'sessions',
      'logout',
      'count',
      'prune',
      'clear',
      'doctor',
      'copy',
      'reencrypt',
      'move-app',
    ]) {
      expect(all.out).toMatch(new RegExp(`^  ${name} `, 'm'))
      const one = await coatcheck([name, '--help'])
      expect(one).toMatchObject({ code: 0, err: '' })
      expect(one.out).toMatch(new RegExp(`^Usage: coatcheck ${name} `))
      expect(one).toEqual(await coatcheck(['help', name]))
      expect(one).toEqual(await coatcheck([name, '-h']))
    }
    expect(all.out).toMatch(/^Usage: coatcheck COMMAND \[options\]$/m)
    expect(all).toEqual(await coatcheck(['-h']))
    const version = await coatcheck(['--version'])
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect(version).toEqual(await coatcheck(['-v']))
  })

  it.each([
    [[], 'No command given'],
    [
      ['list'],
      'Unknown command; the commands are ls, show, rm, sessions, logout, count, prune, clear, doctor, copy',
    ],
    [['--reveal'], 'Unknown option'],
    [['ls', '--revael'], "ls: Unknown option '--revael'; see coatcheck ls --help"],
    [['ls', '--limit', 'many'], 'The option --limit must be a whole number'],
    [['ls', '--json=1'], "ls: Option '--json' does not take an argument"],
    [['show'], 'Usage: coatcheck show SID [options]'],
    [['copy', 'memory:'], 'Usage: coatcheck copy FROM TO [options]'],
    [['count'], 'The environment variable SESSION_STORE is not set'],
    [['count', '--store', 'env:OTHER'], 'The environment variable OTHER is not set'],
    [['count', '--store', 'oracle://u:hunter2@h'], 'not a scheme of openStore'],
    [['count', '--store', 'sqlite:./a.db?tabel=x'], 'The option "tabel" in the URL'],
    [['count', '--store', 'redis://u:hunter2@h?prefx=x'], 'did you mean "prefix"?'],
  ])('error: %j is told in a sentence, with exit code 2', async (argv, text) => {
    const { code, out, err } = await coatcheck(argv)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^coatcheck: [^\n]+\n$/)
    expect(err).toContain(text)
    expect(err).not.toContain('hunter2')
  })

  it('error: a store that cannot be used is told in a sentence, with exit code 1', async () => {
    const { code, err } = await coatcheck([
      'doctor',
      '--create',
      '--store',
      'sqlite:/nowhere/at/all/sessions.db',
    ])
    expect(code).toBe(1)
    expect(err).toMatch(/^coatcheck: The directory of the SQLite file [^\n]+\n$/)
  })
})

describe('a store that does not exist', () => {
  it.each([
    ['ls'],
    ['show', 'x'],
    ['rm', 'x', '--yes'],
    ['count'],
    ['prune'],
    ['clear', '--yes'],
    ['doctor'],
  ])('%s: a mistyped path or table is told, and nothing is made', async (...argv) => {
    const path = join(tempFolder(), 'sesions.db')
    const file = await coatcheck([...argv, '--store', `sqlite:${path}`])
    expect([file.code, file.out]).toEqual([1, ''])
    expect(file.err).toContain(`coatcheck: The session store (SQLite) has no file "${path}"`)
    expect(existsSync(path)).toBe(false)
    const table = await coatcheck([...argv, '--store', `${store}?table=sesions`])
    expect([table.code, table.out]).toEqual([1, ''])
    expect(table.err).toContain('coatcheck: The session store (SQLite) has no table "sesions"')
    const { default: Database } = await import('better-sqlite3')
    const client = new Database(store.slice('sqlite:'.length))
    const tables = client.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    client.close()
    expect(tables).toEqual([{ name: 'sessions' }])
  })

  it('doctor: --create makes it', async () => {
    const path = join(tempFolder(), 'new.db')
    const missing = await coatcheck(['doctor', '--store', `sqlite:${path}`])
    expect(missing.err).toContain('; add --create to make it')
    expect((await coatcheck(['doctor', '--create', '--store', `sqlite:${path}`])).code).toBe(0)
    expect(existsSync(path)).toBe(true)
  })
})

describe('doctor', () => {
  it('doctor: a sound store, and no trace of the looking', async () => {
    const { code, out } = await coatcheck(['doctor'], { env })
    expect(out).toMatch(/^ok {7}write and read: correct$/m)
    expect(out).toMatch(/^\w+ +round trip: median [\d.]+ ms, maximum [\d.]+ ms of 20 reads/m)
    expect(out).toMatch(/^ok {7}sessions: 2$/m)
    expect(out).toMatch(/^ok {7}lifetime: \d+ ms left of 60000$/m)
    expect(out).toMatch(/^ok {7}packages: @coatcheck\/store-sqlite \d.*, better-sqlite3 \d/m)
    expect(out).toMatch(/^ok {7}table: "sessions", with an index on "due"$/m)
    expect(out).toMatch(/^ok {7}middleware: session\.strict/m)
    expect(code).toBe(0)
    expect(Object.keys(await contents(store))).toHaveLength(2)
  })

  it('doctor: warns of a file that everybody can read', async () => {
    chmodSync(store.slice('sqlite:'.length), 0o644)
    const { code, out } = await coatcheck(['doctor'], { env })
    expect(out).toMatch(
      /^warning {2}file: .*mode 644: every user of this machine can read the ids in it; chmod 600$/m,
    )
    expect(code).toBe(0)
  })

  it('doctor: --json, and what the store tells itself', async () => {
    const { code, out } = await coatcheck(['doctor', '--json', '--read-only'], { env })
    const { healthy, findings } = JSON.parse(out)
    expect([code, healthy]).toEqual([0, true])
    expect(findings.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['versions', 'round trip', 'sessions', 'journal_mode', 'table', 'middleware']),
    )
    expect(findings.map(({ name }: { name: string }) => name)).not.toContain('write and read')
  })
})
