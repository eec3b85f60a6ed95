import { startMongodb, startMysql, startPostgres, startRedis } from '@coatcheck/store-conformance/containers'
import dynalite from 'dynalite'
import { GenericContainer } from 'testcontainers'

/** Starts the databases that the stores need, and names them in the environment, as the subjects expect. */
export async function startServers() {
  const [redis, postgres, mongodb, mysql, memcached, dynamodb] = await Promise.all([
    startRedis(),
    startPostgres(),
    startMongodb(),
    // Rules run side by side, and some stores have a pool each.
    startMysql({ args: ['--max-connections=400'] }),
    startMemcached(),
    startDynamodb(),
  ])
  Object.assign(process.env, {
    REDIS_URL: redis.url,
    POSTGRES_URL: postgres.url,
    MONGODB_URL: mongodb.url,
    MYSQL_URL: mysql.url,
    MEMCACHED_URL: memcached.url,
    DYNAMODB_URL: dynamodb.url,
  })
  return {
    names: [
      `Redis ${redis.version ?? ''}`,
      `PostgreSQL ${postgres.version ?? ''}`,
      `MongoDB ${mongodb.version ?? ''}`,
      `MariaDB ${mysql.version ?? ''}`,
      `memcached ${memcached.version ?? ''}`,
      'dynalite in place of DynamoDB',
    ].map(name => name.trim()),
    stop: () =>
      Promise.all([redis, postgres, mongodb, mysql, memcached, dynamodb].map(server => server.stop())),
  }
}

async function startMemcached() {
  const { MEMCACHED_URL: url, COATCHECK_MEMCACHED_IMAGE: image = 'coatcheck/memcached:debian' } = process.env
  if (url) return { url, stop: async () => {} }
  const container = await new GenericContainer(image).withExposedPorts(11211).start()
  const { output } = await container.exec(['memcached', '--version'])
  return {
    url: `${container.getHost()}:${container.getMappedPort(11211)}`,
    version: /[\d.]+/.exec(output)?.[0],
    stop: () => container.stop(),
  }
}

/** A double of DynamoDB, in this process. */
async function startDynamodb() {
  const { DYNAMODB_URL: url } = process.env
  if (url) return { url, stop: async () => {} }
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise(resolve => server.close(resolve)),
  }
}
