/** Count at the server what it is asked, in what it asks of itself: `count()` since the start of the counter. */
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
      // What a script runs is no round trip.
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

/** What a response did not wait for is given the time to arrive. */
function settled() {
  return new Promise(resolve => setTimeout(resolve, 200))
}
