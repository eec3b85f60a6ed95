export type { MysqlCallbackClient, MysqlClient, MysqlPromiseClient, MysqlQuery } from './client.ts'
export { MysqlStore } from './mysql-store.ts'
export type { MysqlOpenOptions, MysqlStoreOptions, MysqlTableOptions } from './options.ts'
