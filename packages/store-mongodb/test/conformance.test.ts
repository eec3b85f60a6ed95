import { describe, inject } from 'vitest'
import { conforms } from '../../session/test/support/conforms.ts'
import { inMatrix } from '../../session/test/support/in-matrix.ts'
import { versions } from './support/mongodb.ts'
import { mongodbSubject } from './support/subject.ts'

describe.each(inMatrix ? versions : versions.slice(0, 1))('on %s', version => {
  describe.each(inMatrix ? [true, false] : [true])('as text: %s', stringify => {
    conforms(() => mongodbSubject({ url: inject('mongodbUrl'), version, stringify }))
  })
})
