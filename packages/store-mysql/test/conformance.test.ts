import { describe, inject } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { mysqlSubject } from './support/subject.ts'

describe('on a pool', () => conforms(() => mysqlSubject({ name: 'pool', url: inject('mysqlUrl') })))

if (inMatrix) {
  describe('on a single connection', () => {
    conforms(() => mysqlSubject({ name: 'connection', url: inject('mysqlUrl'), single: true }))
  })

  describe('on a pool without prepared statements', () => {
    conforms(() => mysqlSubject({ name: 'not prepared', url: inject('mysqlUrl'), prepare: false }))
  })

  describe("on express-mysql-session's table", () => {
    conforms(() => mysqlSubject({ name: 'table', url: inject('mysqlUrl'), layout: 'express-mysql-session' }))
  })
}
