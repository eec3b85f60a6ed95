import { ReferenceStore } from '../mutants/reference.ts'
import { subjectOf } from '../mutants/reference-subject.ts'

class ExitsOnDestroy extends ReferenceStore {
  override destroy(sid: string, callback?: () => void): unknown {
    if (sid === 'a') process.exit(7)
    return super.destroy(sid, callback)
  }
}

export default subjectOf(ExitsOnDestroy)
