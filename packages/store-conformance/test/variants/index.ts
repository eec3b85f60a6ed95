import { callbackSubject } from '../stores/callback-subject.ts'
import { answers } from './answers.ts'
import { data } from './data.ts'
import { failures } from './failures.ts'
import { time } from './time.ts'
import { type Variant, variant } from './variant.ts'

const absent = undefined as never

/** `get`, `set` and `destroy`, and nothing else. */
export const coreOnly: Variant = variant('no optional methods', Base => {
  return class extends Base {
    override touch = absent
    override all = absent
    override length = absent
    override clear = absent
    override prune = absent
    override close = absent
    override entries = absent
    override ids = absent
    override insert = absent
    override async _set(sid: string, session: object) {
      await this.client.write(this.key(sid), this.row(session))
    }
    override _update = absent
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
  coreOnly,
  atOnce,
  nextTick,
]
