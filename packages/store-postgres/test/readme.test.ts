import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../store-sqlite/test/support/processes.ts'
import { CONNECT_PG_SIMPLE, newSchema, openPool, openStore, sessionOf, urlOf } from './support/postgres.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/^## ([^\n]*)\n(?:(?!^## ).)*?^```js runnable\n(.*?)^```$/gms)]
const [ddl, move] = [...readme.matchAll(/^```sql\n(.*?)^```$/gms)].map(match => match[1]!)

async function freePort(): Promise<string> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return String(port)
}

/** The section with this title, up to the next one. */
function section(title: string): string {
  return readme.split(/^## /m).find(text => text.startsWith(`${title}\n`))!
}

describe('the examples', () => {
  const built = useBuilt({ stores: ['store-postgres'] })

  /** Run the example on a free port until the test ends, or until it is stopped. */
  async function start(source: string, schema: string) {
    const url = urlOf({ options: `-c search_path=${schema}` })
    const app = runProcess(built.folder, source, { PORT: await freePort(), DATABASE_URL: url })
    const [line] = (await Promise.race([once(app.child.stdout!, 'data'), app.ended])) as [Buffer]
    const stop = async () => {
      app.child.kill('SIGTERM')
      await app.ended
    }
    return { url: String(line).trim(), stop }
  }

  it('readme: has two that can be run', () => {
    expect(examples.map(([, title]) => title)).toEqual(['Example', 'Under express-session'])
  })

  it.each(examples.map(([, title, source]) => [title, source] as [string, string]))(
    'readme: the one of "%s" counts, and goes on counting after a restart',
    async (_, source) => {
      const schema = await newSchema()
      let app = await start(source, schema)
      let cookie = ''
      const get = async (path = '/') => {
        const reply = await fetch(app.url + path, { headers: { cookie } })
        for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]!
        return reply.text()
      }
      expect(await get()).toBe('Views: 1')
      expect(await get()).toBe('Views: 2')
      await app.stop()
      app = await start(source, schema)
      expect(await get()).toBe('Views: 3')
      if (source.includes('/logout')) {
        expect(await get('/logout')).toBe('Bye')
        expect(await get()).toBe('Views: 1')
      }
      await app.stop()
    },
  )
})

describe('the statements', () => {
  it('readme: the table that it shows is the one that is made', async () => {
    const columns = `SELECT attname, format_type(atttypid, atttypmod), attnotnull, attcollation::regcollation
      FROM pg_attribute WHERE attrelid = to_regclass('sessions') AND attnum > 0 ORDER BY attnum`
    const indexes =
      "SELECT replace(indexdef, schemaname, '') AS def FROM pg_indexes WHERE schemaname = $1 ORDER BY def"
    const shapes = []
    for (const make of ['store', 'readme']) {
      const schema = await newSchema()
      const pool = openPool({ max: 1, options: `-c search_path=${schema}` })
      if (make === 'store') await openStore({ schema }).length()
      else await pool.query(ddl!)
      shapes.push([(await pool.query(columns)).rows, (await pool.query(indexes, [schema])).rows])
    }
    expect(shapes[0]![1]).toHaveLength(2)
    expect(shapes[0]).toEqual(shapes[1])
  })

  it("readme: the one for connect-pg-simple's table keeps each expiry", async () => {
    const schema = await newSchema()
    const pool = openPool({ max: 1, options: `-c search_path=${schema} -c TimeZone=UTC` })
    await pool.query(CONNECT_PG_SIMPLE)
    const url = urlOf({ options: `-c search_path=${schema} -c TimeZone=UTC` })
    const store = openStore({ table: 'session' }, url)
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    const end = async () => (await pool.query('SELECT expire::timestamptz AS at FROM session')).rows[0].at
    const before = await end()
    await pool.query(move!)
    expect(await end()).toEqual(before)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  })
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const sources = ['../src/postgres-store.ts', '../../session/src/record-store-options.ts']
    const options = sources.flatMap(path => {
      const source = readFileSync(new URL(path, import.meta.url), 'utf8')
      const bodies = [...source.matchAll(/interface \w+Options .*?\{(.*?)^\}/gms)].map(match => match[1]!)
      return bodies.flatMap(body => [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(match => match[1]!))
    })
    const listed = [...section('Options').matchAll(/^\| `(\w+)` \|/gm)].map(match => match[1]!)
    expect(listed.sort()).toEqual([...new Set(options)].sort())
    expect(listed).toHaveLength(12)
  })

  it('readme: every option of connect-pg-simple has an answer', () => {
    const require = new URL(import.meta.resolve('connect-pg-simple'))
    const source = readFileSync(require, 'utf8')
    const options = [...source.matchAll(/@property \{.*\} \[(\w+)\]/g)].map(match => match[1]!)
    expect(options.length).toBeGreaterThan(10)
    const listed = [...section('Coming from connect-pg-simple').matchAll(/^\| `(\w+)`/gm)].map(
      match => match[1]!,
    )
    for (const option of options) expect(listed).toContain(option)
  })
})
