import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'
import {
  EXPRESS_MYSQL_SESSION,
  newDatabase,
  openPool,
  openStore,
  rowsOf,
  sessionOf,
  urlOf,
} from './support/mysql.ts'

const readme = readReadme(import.meta.url)
const [ddl, index] = [...readme.text.matchAll(/^```sql\n(.*?)^```$/gms)].map(match => match[1]!)

describe('the examples', () => {
  const built = useBuilt({ stores: ['store-mysql'] })

  it('readme: has two that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual(['Example', 'Under express-session'])
  })

  it.each(readme.runnable)(
    'readme: the one of "%s" counts, and goes on counting after a restart',
    async (_, source) => {
      const env = { DATABASE_URL: urlOf(await newDatabase()) }
      const logsOut = source.includes('/logout')
      await expectToCount(() => runExample(built.folder, source, env), { logsOut, remembers: true })
    },
  )
})

describe('the statements', () => {
  it('readme: the table that it shows is the one that is made', async () => {
    const shapes = []
    for (const make of ['store', 'readme']) {
      const pool = openPool(await newDatabase())
      if (make === 'store')
        await openStore({}, urlOf((await rowsOf(pool, 'SELECT DATABASE() AS name'))[0]!.name)).length()
      else await pool.query(ddl!)
      shapes.push((await rowsOf(pool, 'SHOW CREATE TABLE sessions'))[0]!['Create Table'])
    }
    expect(shapes[0]).toMatch(/COLLATE.utf8mb4_bin/)
    expect(shapes[0]).toBe(shapes[1])
  })

  it("readme: the index for express-mysql-session's table is the one that is looked for", async () => {
    const database = await newDatabase()
    const pool = openPool(database)
    await pool.query(EXPRESS_MYSQL_SESSION)
    const store = openStore({}, urlOf(database))
    await store.set('a', sessionOf({ user: 'Ada' }, 60_000))
    const table = async () => (await store.diagnose()).find(({ name }) => name === 'table')
    expect(await table()).toMatchObject({ level: 'warning' })
    await pool.query(index!)
    expect(await table()).toMatchObject({ level: 'ok' })
    expect(await store.get('a')).toMatchObject({ user: 'Ada' })
  })
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../src/options.ts')
    const common = membersOf(import.meta.url, '../../session/src/store/record-store-options.ts')
    const options = new Set([...own, ...common])
    expect(readme.listed('Options')).toEqual([...options].sort())
    expect(options.size).toBeGreaterThan(10)
  })

  it('readme: every option of express-mysql-session has an answer', () => {
    const source = readFileSync(createRequire(import.meta.url).resolve('express-mysql-session'), 'utf8')
    const [, defaults] = /defaultOptions = \{(.*?)^\t\};/ms.exec(source)!
    const options = [...defaults!.matchAll(/^\t\t(\w+):/gm)].map(match => match[1]!)
    expect(options.length).toBeGreaterThan(5)
    const listed = readme.listed('Coming from express-mysql-session', /^\| `(\w+)/gm)
    for (const option of options) expect(listed).toContain(option)
  })
})
