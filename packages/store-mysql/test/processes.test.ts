import { inject } from 'vitest'
import { describeProcesses } from '../../session/test/support/several-processes.ts'
import { newDatabase, openStore } from './support/mysql.ts'

describeProcesses({
  store: 'store-mysql',
  name: 'MysqlStore',
  driver: 'mysql2',
  scheme: 'mysql',
  url: () => inject('mysqlUrl'),
  place: async () => ({ database: await newDatabase() }),
  open: openStore,
  longest: 64,
})
