import { ReferenceStore, subjectOf } from '../mutants/reference.ts'

class ExitsOnDestroy extends ReferenceStore {
  override destroy(sid: string, callback?: () => void): unknown {
    if (sid === 'a') process.exit(7)
    return super.destroy(sid, callback)
  }
}

export default subjectOf(ExitsOnDestroy)
