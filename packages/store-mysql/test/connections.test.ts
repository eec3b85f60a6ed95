import { MysqlStore } from '@coatcheck/store-mysql'
import { fromDrizzle } from '@coatcheck/store-mysql/drizzle'
import { fromKnex } from '@coatcheck/store-mysql/knex'
import { fromKysely } from '@coatcheck/store-mysql/kysely'
import { fromPrisma } from '@coatcheck/store-mysql/prisma'
import { fromSequelize } from '@coatcheck/store-mysql/sequelize'
import { fromTypeorm } from '@coatcheck/store-mysql/typeorm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expectEveryMethod } from '../../session/test/support/every-method.ts'
import { CONNECTIONS_OF } from './support/connections.ts'
import { EXPRESS_MYSQL_SESSION, holdRow, newDatabase, openPool, sessionOf, urlOf } from './support/mysql.ts'

const ODD_TABLE = 'a `b` ? $1 $$ c$1'
const QUOTED = `\`${ODD_TABLE.replaceAll('`', '``')}\``

describe.each(Object.entries(CONNECTIONS_OF))('the connections of %s', (name, connect) => {
  async function open(table = ODD_TABLE, url?: string) {
    const database = await newDatabase()
    if (table === 'sessions') await openPool(database).query(EXPRESS_MYSQL_SESSION)
    const connected = await connect(url ?? urlOf(database))
    const store = new MysqlStore({ client: connected.client, table })
    onTestFinished(async () => {
      await store.close()
      await connected.end()
    })
    return { store, database }
  }

  it.each([ODD_TABLE, 'sessions'])('client: every method, and any text, in the table %s', async table => {
    const { store } = await open(table)
    const odd = ['\ufeffü', 'a?b $1 $$ \\ \' " `{,} \0 \ud800', 'ü', '{}', 'NULL', ':a']
    await expectEveryMethod(store, odd)
  })

  it("client: errors have the server's code, and neither ids nor data", async () => {
    const { store, database } = await open()
    await store.set('a', sessionOf())
    await openPool(database).query(`
      ALTER TABLE ${QUOTED} ADD CHECK (length(data) < 200), ADD CHECK (sid <> 'secret id 2')`)
    for (const [sid, text] of [
      ['secret id', 'secret data '.repeat(30)],
      ['secret id 2', 'secret - data'],
    ] as const) {
      const error = await store.set(sid, sessionOf({ text })).catch(thrown => thrown)
      // MariaDB's number, or that of MySQL.
      expect([4025, 3819]).toContain(error.errno)
      expect(error.message).toMatch(/constraint/i)
      const names = Object.getOwnPropertyNames(error).filter(property => property !== 'stack')
      expect(JSON.stringify(names.map(property => error[property]))).not.toMatch(/secret/)
    }
  })

  it('client: a read that renews does not wait for who holds the row', async () => {
    const { store, database } = await open()
    await store.set('a', sessionOf({ n: 1 }, 60_000))
    const held = await holdRow(database, 'a', QUOTED)
    expect(await store.get('a', undefined, { renew: 60_000 })).toMatchObject({ n: 1 })
    await held.commit()
  })

  it('client: a server that is away is told as ERR_SESSION_STORE_UNAVAILABLE', async () => {
    // TypeORM connects before the store sees it.
    if (name === 'TypeORM') return
    const { store } = await open(ODD_TABLE, 'mysql://nobody@127.0.0.1:1/none')
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_UNAVAILABLE',
      // Prisma's pool tells only that it got no connection in time.
      cause: { code: name === 'Prisma' ? 'PROTOCOL_CONNECTION_LOST' : 'ECONNREFUSED' },
    })
  })
})

describe('what is no connection', () => {
  it.each([
    ['fromDrizzle', fromDrizzle],
    ['fromKnex', fromKnex],
    ['fromKysely', fromKysely],
    ['fromPrisma', fromPrisma],
    ['fromSequelize', fromSequelize],
    ['fromTypeorm', fromTypeorm],
  ])('%s: is refused at once', (name, adapter) => {
    for (const value of [undefined, null, {}, 'mysql://host/db', { $client: {} }]) {
      expect(() => adapter(value as never)).toThrow(TypeError)
      expect(() => adapter(value as never)).toThrow(`${name} needs `)
    }
  })
})
