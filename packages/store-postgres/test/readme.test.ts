import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'
import { CONNECT_PG_SIMPLE, newSchema, openPool, openStore, sessionOf, urlOf } from './support/postgres.ts'

const readme = readReadme(import.meta.url)
const ddl = sqlIn(readme.text)
const add = sqlIn(
  readReadme(import.meta.url, '../../../docs/decisions/020-redis-and-postgres-faster.md').text,
)
const guide = readReadme(import.meta.url, '../../../docs/moving-from-express-session.md')
  .text.split(/^### /m)
  .find(part => part.startsWith('connect-pg-simple\n'))!
const move = sqlIn(guide)

/** The only statements that are in a block of the page. */
function sqlIn(page: string): string {
  const blocks = [...page.matchAll(/^```sql\n(.*?)^```$/gms)]
  if (blocks.length !== 1) throw new Error(`${blocks.length} blocks of SQL`)
  return blocks[0]![1]!
}

describe('the examples', () => {
  const built = useBuilt({ stores: ['store-postgres'] })

  it('readme: has two that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual(['Example', 'Under express-session'])
  })

  it.each(readme.runnable)(
    'readme: the one of "%s" counts, and goes on counting after a restart',
    async (_, source) => {
      const env = { DATABASE_URL: urlOf({ options: `-c search_path=${await newSchema()}` }) }
      const logsOut = source.includes('/logout')
      await expectToCount(() => runExample(built.folder, source, env), { logsOut, remembers: true })
    },
  )
})

describe('the statements', () => {
  it('readme: the table that it shows is the one that is made', async () => {
    const columns = `SELECT attname, format_type(atttypid, atttypmod), attnotnull, attgenerated, attcollation::regcollation
      FROM pg_attribute WHERE attrelid = to_regclass('sessions') AND attnum > 0 ORDER BY attnum`
    const indexes =
      "SELECT replace(indexdef, schemaname, '') AS def FROM pg_indexes WHERE schemaname = $1 ORDER BY def"
    const shapes = []
    const before = `CREATE TABLE "sessions" (sid text COLLATE "C" PRIMARY KEY, data text NOT NULL, expires timestamptz NOT NULL);
      CREATE INDEX ON "sessions" (expires);`
    for (const make of ['store', 'readme', 'earlier']) {
      const schema = await newSchema()
      const pool = openPool({ max: 1, options: `-c search_path=${schema}` })
      if (make === 'store') await openStore({ schema }).length()
      else await pool.query(make === 'readme' ? ddl : before + add)
      shapes.push([(await pool.query(columns)).rows, (await pool.query(indexes, [schema])).rows])
    }
    expect(shapes[0]![1]).toHaveLength(2)
    expect(shapes[1]).toEqual(shapes[0])
    expect(shapes[2]).toEqual(shapes[0])
  })

  it("guide: the one for connect-pg-simple's table keeps each expiry", async () => {
    const schema = await newSchema()
    const pool = openPool({ max: 1, options: `-c search_path=${schema} -c TimeZone=UTC` })
    await pool.query(CONNECT_PG_SIMPLE)
    const url = urlOf({ options: `-c search_path=${schema} -c TimeZone=UTC` })
    const store = openStore({ table: 'session' }, url)
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    const end = async () => (await pool.query('SELECT expire::timestamptz AS at FROM session')).rows[0].at
    const before = await end()
    await pool.query(move)
    expect(await end()).toEqual(before)
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  })
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../src/options.ts')
    const common = membersOf(import.meta.url, '../../session/src/store/record-store-options.ts')
    const options = new Set([...own, ...common])
    expect(readme.listed('Options')).toEqual([...options].sort())
    expect(options.size).toBe(15)
  })

  it('guide: every option of connect-pg-simple has an answer', () => {
    const require = new URL(import.meta.resolve('connect-pg-simple'))
    const source = readFileSync(require, 'utf8')
    const options = [...source.matchAll(/@property \{.*\} \[(\w+)\]/g)].map(match => match[1]!)
    expect(options.length).toBeGreaterThan(10)
    const listed = [...guide.matchAll(/^\| `(\w+)`/gm)].map(match => match[1])
    for (const option of options) expect(listed).toContain(option)
  })
})
