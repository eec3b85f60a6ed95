import { mutants } from './index.ts'
import { ReferenceStore } from './reference.ts'
import { subjectOf } from './reference-subject.ts'

// A subject file for every mutant: `load.ts?name=touchUpserts`; without a name, the reference.
const name = new URL(import.meta.url).searchParams.get('name')
const found = mutants.find(mutant => mutant.name === name)
if (name && !found) throw new Error(`no mutant is called ${name}`)

export default found ? found.subject() : subjectOf(ReferenceStore)
