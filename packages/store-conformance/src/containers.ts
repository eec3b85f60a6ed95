// Real databases for tests, in containers. They are meant for one start per test run and package: see `dedicated`
// for tests that stop and freeze a server.
export type { Controls } from './containers/container.ts'
export { type MongodbServer, startMongodb } from './containers/mongodb.ts'
export { type MongodbReplicaSetServer, startMongodbReplicaSet } from './containers/mongodb-replica-set.ts'
export { type MysqlServer, startMysql } from './containers/mysql.ts'
export { type PgBouncerServer, type PostgresServer, startPostgres } from './containers/postgres.ts'
export { type RedisServer, startRedis } from './containers/redis.ts'
export { type RedisClusterServer, startRedisCluster } from './containers/redis-cluster.ts'
export { type RedisSentinelServer, startRedisSentinel } from './containers/redis-sentinel.ts'
export type { Address, DatabaseOptions, DatabaseServer } from './containers/server.ts'
