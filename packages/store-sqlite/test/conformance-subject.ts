import type { Subject } from '@coatcheck/store-conformance'
import Database from 'better-sqlite3'
import { subjectOn } from './support/subject.ts'

const subject: Subject = subjectOn('better-sqlite3', file => new Database(file))

export default subject
