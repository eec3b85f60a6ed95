import { describe, inject } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { versions } from './support/mongodb.ts'
import { mongodbSubject } from './support/subject.ts'

describe.each(versions)('on %s', version => {
  describe.each([
    ['as text', true],
    ['as documents', false],
  ])('%s', (_, stringify) => {
    conforms(() => mongodbSubject({ url: inject('mongodbUrl'), version, stringify }))
  })
})
