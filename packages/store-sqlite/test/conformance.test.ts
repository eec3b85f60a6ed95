import { conformance } from '@coatcheck/store-conformance/vitest'
import subject from './conformance-subject.ts'

conformance(subject)
