const { MongodbStore } = require('@coatcheck/store-mongodb')
const { MysqlStore } = require('@coatcheck/store-mysql')
const { PostgresStore } = require('@coatcheck/store-postgres')
const { RedisStore } = require('@coatcheck/store-redis')
const { SqliteStore } = require('@coatcheck/store-sqlite')
const { open } = require('./scenario.cjs')

open([
  [RedisStore, 'redis://127.0.0.1:9'],
  [PostgresStore, 'postgres://127.0.0.1:9/app'],
  [MysqlStore, 'mysql://127.0.0.1:9/app'],
  [MongodbStore, 'mongodb://127.0.0.1:9/app'],
  [SqliteStore, 'sessions.db'],
]).then(console.log)
