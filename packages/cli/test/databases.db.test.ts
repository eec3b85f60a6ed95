import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openStore } from '@coatcheck/session/stores'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { coatcheck, contents, fill, sessionOf, tempFolder } from './support/command.ts'

/** What each store tells of itself. */
const told: Record<string, string[]> = {
  Redis: ['packages', 'server', 'clock', 'writes on a condition', 'maxmemory-policy', 'persistence'],
  PostgreSQL: ['packages', 'server', 'clock', 'table', 'unlogged', 'limits', 'prepare'],
  MySQL: ['packages', 'server', 'clock', 'table', 'limits', 'prepare'],
  MongoDB: ['packages', 'server', 'clock', 'TTL index'],
}

const name = () => `cli_${randomBytes(6).toString('hex')}`

const kinds: Record<string, () => string> = {
  Redis: () => `${inject('redisUrl')}?prefix=${name()}:`,
  PostgreSQL: () => `${inject('postgresUrl')}?table=${name()}`,
  MySQL: () => `${inject('mysqlUrl')}?table=${name()}`,
  MongoDB: () => withOption(inject('mongodbUrl'), `collection=${name()}`),
}

function withOption(url: string, option: string): string {
  const path = /^\w+:\/\/[^/?]+$/.test(url) ? `${url}/` : url
  return `${path}${path.includes('?') ? '&' : '?'}${option}`
}

/** The URL of a place that nobody else uses, emptied with the test. */
function placeIn(kind: string): string {
  const url = kinds[kind]!()
  onTestFinished(async () => {
    const store = await openStore(url)
    await store.clear()
    await store.close()
  })
  return url
}

it('mariadb://: openStore and the commands find what is stored at mysql://', async () => {
  const url = placeIn('MySQL')
  const env = { SESSION_STORE: url.replace(/^mysql:/, 'mariadb:') }
  await fill(env.SESSION_STORE, { a: sessionOf({ user: 'Ada' }) })
  expect(await contents(url)).toMatchObject({ a: { user: 'Ada' } })
  expect(await coatcheck(['count'], { env })).toEqual({ code: 0, out: '1\n', err: '' })
  expect(await coatcheck(['doctor'], { env })).toMatchObject({ code: 0 })
})

describe.each(Object.keys(kinds))('on %s', kind => {
  it('commands: list, show, count, end and clear', async () => {
    const env = { SESSION_STORE: placeIn(kind) }
    const sessions = {
      a: sessionOf({ user: 'Ada' }, 3_600_000),
      b: sessionOf({ user: 'Bob' }),
      c: sessionOf(),
    }
    await fill(env.SESSION_STORE, sessions)
    expect(await coatcheck(['count'], { env })).toEqual({ code: 0, out: '3\n', err: '' })
    const { out } = await coatcheck(['ls', '--reveal', '--json'], { env })
    const rows = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(rows.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c'])
    const ada = rows.find(({ id }) => id === 'a')
    expect(ada.ttl).toBeLessThanOrEqual(3_600_000)
    expect(ada.ttl).toBeGreaterThan(3_500_000)
    expect(await coatcheck(['show', 'a', '--reveal'], { env })).toMatchObject({
      code: 0,
      out: expect.stringContaining('"user": "Ada"'),
    })
    expect(await coatcheck(['rm', 'a', 'nobody', '--yes'], { env })).toMatchObject({
      code: 1,
      out: '1 session removed, 1 not found\n',
    })
    expect(await coatcheck(['prune'], { env })).toMatchObject({ code: 0 })
    expect(await coatcheck(['clear', '--yes'], { env })).toMatchObject({
      code: 0,
      out: '2 sessions removed\n',
    })
    expect(await contents(env.SESSION_STORE)).toEqual({})
  })

  it('doctor: finds a sound store, and shows what it tells', async () => {
    const { code, out } = await coatcheck(['doctor', '--json', '--create'], {
      env: { SESSION_STORE: placeIn(kind) },
    })
    const { healthy, findings } = JSON.parse(out)
    expect([code, healthy, findings.filter(({ level }: { level: string }) => level === 'problem')]).toEqual([
      0,
      true,
      [],
    ])
    const names = findings.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(told[kind]!))
  })

  it.each([['while nobody uses it'], ['while the app runs', '--live']])(
    'copy: from SQLite and back keeps data and lifetimes: %s',
    async (_, ...flags) => {
      const folder = tempFolder()
      const [before, after] = [`sqlite:${join(folder, 'before.db')}`, `sqlite:${join(folder, 'after.db')}`]
      const between = placeIn(kind)
      const some = Array.from({ length: 50 }, (_, n) => [
        `s${n}`,
        sessionOf({ n }, n % 2 ? 60_000 + n * 1000 : undefined),
      ])
      await fill(`${before}?ttl=500000`, Object.fromEntries(some))
      for (const [from, to] of [
        [before, between],
        [between, after],
      ] as const) {
        expect(await coatcheck(['copy', from, to, '--create', ...flags])).toMatchObject({
          code: 0,
          out: '50 of 50 sessions copied; 50 compared, 0 wrong; TO has 50 sessions\n',
        })
      }
      const [old, moved] = [await contents(before), await contents(after)]
      for (const [sid, session] of Object.entries(old)) {
        const { cookie, ...data } = session
        expect(moved[sid]).toMatchObject(data)
        const ends = [cookie.expires, moved[sid]!.cookie.expires].map(end =>
          end ? Date.parse(end as never) : 0,
        )
        expect(Math.abs(ends[0]! - ends[1]!)).toBeLessThan(2000)
      }
      // Those that end with the browser have no end in their cookies: what is left of them is what was left.
      const { out } = await coatcheck(['ls', '--json', '--limit', '0', '--store', after])
      for (const line of out.trimEnd().split('\n')) expect(JSON.parse(line).ttl).toBeLessThanOrEqual(501_000)
    },
  )

  it('error: a password that is wrong, or a host that is away, is told without the password', async () => {
    const url = new URL(kinds[kind]!())
    url.password = 'hunter2-secret'
    if (kind !== 'PostgreSQL') url.username = 'nobody'
    // The server for MongoDB may be one without users.
    const wrong = kind === 'MongoDB' ? undefined : await coatcheck(['count', '--store', url.href])
    if (wrong) expect(wrong).toMatchObject({ code: 1, out: '' })
    url.port = '1'
    url.hostname = '127.0.0.1'
    const away = await coatcheck(['count', '--store', url.href])
    expect(away).toMatchObject({ code: 1, out: '' })
    for (const { err } of [wrong ?? away, away]) {
      expect(err).toMatch(new RegExp(`^coatcheck: The session store \\(${kind} at [^)]+\\) [^\\n]+\\n$`))
      expect(err).not.toContain('hunter2')
    }
    expect(away.err).toContain('127.0.0.1:1')
  })
})

// In Redis there is nothing to make.
describe.each(['PostgreSQL', 'MySQL', 'MongoDB'])(
  'on %s, a mistyped name is told, and nothing is made:',
  kind => {
    const commands = (url: string) => [
      ...['count', 'ls', 'doctor'].map(command => [command, '--store', url]),
      ['copy', url, 'memory:', '--create'],
    ]

    it('a table or collection', async () => {
      const what = kind === 'MongoDB' ? 'collection' : 'table'
      for (const argv of commands(kinds[kind]!())) {
        const { code, out, err } = await coatcheck(argv)
        expect([code, out]).toEqual([1, ''])
        expect(err).toMatch(
          new RegExp(`^coatcheck: The session store \\(${kind} at .*\\) has no ${what} ["\`]cli_`),
        )
      }
    })

    it('a database', async () => {
      const url = new URL(kinds[kind]!())
      url.pathname = `/${name()}`
      for (const argv of commands(url.href)) {
        const { code, out, err } = await coatcheck(argv)
        expect([code, out]).toEqual([1, ''])
        // MongoDB has no databases without a collection.
        expect(err).toMatch(
          kind === 'MongoDB' ? / has no collection "cli_/ : /[Dd]atabase ["']cli_\w+["']|Access denied/,
        )
      }
    })
  },
)
