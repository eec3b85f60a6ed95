import { describe, inject } from 'vitest'
import { conforms, ON_TIME } from './support/conforms.ts'

describe('on a pool', () => conforms(() => ({ name: 'pool', url: inject('mysqlUrl') })))

describe('on a single connection', () => {
  conforms(() => ({ name: 'connection', url: inject('mysqlUrl'), single: true }))
})

describe('on a pool without prepared statements', () => {
  conforms(() => ({ name: 'not prepared', url: inject('mysqlUrl'), prepare: false }))
})

describe("on express-mysql-session's table", () => {
  conforms(() => ({ name: 'table', url: inject('mysqlUrl'), layout: 'express-mysql-session' }), [ON_TIME])
})
