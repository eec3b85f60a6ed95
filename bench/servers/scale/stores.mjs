// Opens a store of each kind at a place of its own, fills it with the means of its driver, and removes it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../../lib/sqlite.mjs'
import { copyRows, inBatches, MYSQL, POSTGRES, SQLITE } from './copies.mjs'

const POOL = 10
/** Milliseconds that filling a store may take. */
const LIMIT = 180_000

/**
 * Each returns the store, `row`, with which the bare driver reads what the store has of a session, how to make `count` copies of the session
 * `original`, and how to remove everything.
 */
export const OPENERS = {
  async memory() {
    const { MemoryStore } = await import('@coatcheck/store-memory')
    const store = new MemoryStore({ maxBytes: 8e9 })
    const texts = new Map()
    return {
      store,
      row: async sid => texts.get(sid),
      async fill(count) {
        const session = await store.get('original')
        return inBatches(count, LIMIT, async (from, to) => {
          for (let i = from; i < to; i++) {
            await store.set(`s${i}`, { ...session })
            texts.set(`s${i}`, JSON.stringify({ ...session, i }))
          }
        })
      },
      remove: () => store.close(),
    }
  },

  async sqlite() {
    const { SqliteStore } = await import('@coatcheck/store-sqlite')
    const folder = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
    const client = await openSqlite(join(folder, 'sessions.db'))
    client.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    let select
    return {
      store: new SqliteStore({ client, table: 'scale' }),
      async row(sid) {
        select ??= client.prepare('SELECT data, expires FROM scale WHERE sid = ?')
        return select.get(sid)
      },
      fill(count) {
        const row = client.prepare("SELECT * FROM scale WHERE sid = 'original'").get()
        return inBatches(count, LIMIT, from =>
          client.exec(copyRows({ table: 'scale', row, from, count, dialect: SQLITE })),
        )
      },
      remove() {
        client.close()
        rmSync(folder, { recursive: true })
      },
    }
  },

  async redis(url, size) {
    const [{ RedisStore }, { createClient }] = await Promise.all([
      import('@coatcheck/store-redis'),
      import('redis'),
    ])
    // Each size has a database, because all keys of a database are in one table.
    const client = await createClient({ url, database: String(size).length }).connect()
    // Otherwise Redis would begin to write its file anew while it is measured.
    await client.sendCommand(['CONFIG', 'SET', 'auto-aof-rewrite-percentage', '0'])
    const copy = `
      local value, left = redis.call('DUMP', KEYS[1]), redis.call('PTTL', KEYS[1])
      for i = ARGV[1], ARGV[2] - 1 do redis.call('RESTORE', 'sess:s' .. string.format('%d', i), left + i, value) end`
    return {
      store: new RedisStore({ client }),
      row: sid => client.get(`sess:${sid}`),
      fill: count =>
        inBatches(count, LIMIT, (from, to) =>
          client.sendCommand(['EVAL', copy, '1', 'sess:original', `${from}`, `${to}`]),
        ),
      async remove() {
        await client.sendCommand(['FLUSHDB'])
        client.destroy()
      },
    }
  },

  async postgres(url, size) {
    const [{ PostgresStore }, { default: pg }] = await Promise.all([
      import('@coatcheck/store-postgres'),
      import('pg'),
    ])
    const client = new pg.Pool({ connectionString: url, max: POOL })
    const table = `scale_${size}`
    const select = `SELECT data, expires FROM ${table} WHERE sid = $1`
    await client.query(`DROP TABLE IF EXISTS ${table}`)
    return {
      store: new PostgresStore({ client, table }),
      row: async sid => (await client.query({ name: 'row', text: select, values: [sid] })).rows[0],
      async fill(count) {
        const { rows } = await client.query(`SELECT * FROM ${table} WHERE sid = 'original'`)
        // PostgreSQL generates the column "due" itself.
        const { due: _, ...row } = rows[0]
        const full = await inBatches(count, LIMIT, from =>
          client.query(copyRows({ table, row, from, count, dialect: POSTGRES })),
        )
        // In parallel it needs more shared memory than a container has.
        await client.query(`VACUUM (ANALYZE, PARALLEL 0) ${table}`)
        await client.query('CHECKPOINT')
        return full
      },
      async remove() {
        await client.query(`DROP TABLE ${table}`)
        await client.end()
      },
    }
  },

  async mysql(url, size) {
    const [{ MysqlStore }, { default: mysql }] = await Promise.all([
      import('@coatcheck/store-mysql'),
      import('mysql2/promise'),
    ])
    const client = mysql.createPool({ uri: url, connectionLimit: POOL })
    const table = `scale_${size}`
    await client.query(`DROP TABLE IF EXISTS ${table}`)
    return {
      store: new MysqlStore({ client, table }),
      row: async sid =>
        (await client.execute(`SELECT data, expires FROM ${table} WHERE sid = ?`, [sid]))[0][0],
      async fill(count) {
        const [[row]] = await client.query(`SELECT * FROM ${table} WHERE sid = 'original'`)
        return inBatches(count, LIMIT, from =>
          client.query(copyRows({ table, row, from, count, dialect: MYSQL })),
        )
      },
      async remove() {
        await client.query(`DROP TABLE ${table}`)
        await client.end()
      },
    }
  },

  async mongodb(url, size) {
    const [{ MongodbStore }, { MongoClient }] = await Promise.all([
      import('@coatcheck/store-mongodb'),
      import('mongodb'),
    ])
    const client = await new MongoClient(url, { maxPoolSize: POOL }).connect()
    const database = client.db(`bench_scale_${size}`)
    await database.dropDatabase()
    const documents = database.collection('sessions')
    return {
      store: new MongodbStore({ client, dbName: database.databaseName, ttlIndex: false }),
      row: _id => documents.findOne({ _id }),
      async fill(count) {
        const original = await documents.findOne({ _id: 'original' })
        const copies = (from, to) =>
          Array.from({ length: to - from }, (_, i) => ({
            ...original,
            _id: `s${from + i}`,
            expires: new Date(original.expires.getTime() + from + i),
          }))
        return inBatches(count, LIMIT, (from, to) => documents.insertMany(copies(from, to)), 1000)
      },
      async remove() {
        await database.dropDatabase()
        await client.close()
      },
    }
  },
}
