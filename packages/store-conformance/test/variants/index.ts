import { bare } from '../mutants/bare.ts'
import { callbackSubject } from '../stores/callback-subject.ts'
import { answers } from './answers.ts'
import { data } from './data.ts'
import { failures } from './failures.ts'
import { time } from './time.ts'
import { unusual } from './unusual.ts'
import { type Variant, variant } from './variant.ts'

const absent = undefined as never

/** `get`, `set` and `destroy`, and nothing else. */
export const coreOnly: Variant = variant('no optional methods', Base => {
  return class extends bare(Base) {
    override touch = absent
  }
})

const atOnce: Variant = {
  name: 'callbacks before the method returns, in every case',
  warns: ['API-05'],
  subject: () => callbackSubject((callback, ...args) => callback(...args)),
}

const nextTick: Variant = {
  name: 'callbacks by process.nextTick',
  warns: [],
  subject: () => callbackSubject(process.nextTick),
}

/** Every sound variation of the corpus. */
export const variants: readonly Variant[] = [
  ...answers,
  ...data,
  ...time,
  ...failures,
  ...unusual,
  coreOnly,
  atOnce,
  nextTick,
]
