import { startMongodb, startPostgres, startRedis } from '@coatcheck/store-conformance/containers'

/** Starts the databases that the stores need, and names them in the environment, as the subjects expect. */
export async function startServers() {
  const servers = await Promise.all([startRedis(), startPostgres(), startMongodb()])
  const [redis, postgres, mongodb] = servers
  Object.assign(process.env, {
    REDIS_URL: redis.url,
    POSTGRES_URL: postgres.url,
    MONGODB_URL: mongodb.url,
  })
  return {
    names: [
      `Redis ${redis.version ?? ''}`,
      `PostgreSQL ${postgres.version ?? ''}`,
      `MongoDB ${mongodb.version ?? ''}`,
    ].map(name => name.trim()),
    stop: () => Promise.all(servers.map(server => server.stop())),
  }
}
