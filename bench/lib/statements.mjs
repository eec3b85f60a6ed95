/** Starts to count commands at the database server; `count()` returns their number since then. */
export async function counterOf(kind, url) {
  return COUNTERS[kind](url)
}

const COUNTERS = {
  async redis(url) {
    const { Redis } = await import('ioredis')
    const client = new Redis(url)
    const monitor = await client.monitor()
    let commands = 0
    monitor.on('monitor', (_time, args, source) => {
      // Commands inside of a script are not round trips.
      if (source !== 'lua' && args[0] !== 'bench') commands++
    })
    return {
      async count() {
        await settled()
        return commands
      },
      close() {
        monitor.disconnect()
        client.disconnect()
      },
    }
  },

  async postgres(url) {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
    return {
      async count() {
        await settled()
        const { rows } = await client.query(
          "SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'",
        )
        return rows[0].calls
      },
      close: () => client.end(),
    }
  },

  async mysql(uri) {
    const { default: mysql } = await import('mysql2/promise')
    const client = await mysql.createConnection(uri)
    let asked = 0
    return {
      async count() {
        await settled()
        const [[{ Value: questions }]] = await client.query("SHOW GLOBAL STATUS LIKE 'Questions'")
        return Number(questions) - ++asked
      },
      close: () => client.end(),
    }
  },

  async mongodb(url) {
    const { MongoClient } = await import('mongodb')
    const client = await new MongoClient(url).connect()
    const commands = [
      'find',
      'update',
      'insert',
      'delete',
      'findAndModify',
      'aggregate',
      'getMore',
      'bulkWrite',
    ]
    return {
      async count() {
        await settled()
        const { metrics } = await client.db('admin').command({ serverStatus: 1 })
        return commands.reduce((sum, name) => sum + Number(metrics.commands[name]?.total ?? 0), 0)
      },
      close: () => client.close(),
    }
  },
}

/** Waits for commands that the response did not wait for. */
function settled() {
  return new Promise(resolve => setTimeout(resolve, 200))
}
