import { setTimeout as sleep } from 'node:timers/promises'
import type { Callback, Data } from '../mutants/reference.ts'
import { type Variant, variant } from './variant.ts'

/** Other ways to answer a call. */
export const answers: readonly Variant[] = [
  variant('null for a miss', Base => {
    return class extends Base {
      override async _get(sid: string) {
        return (await super._get(sid)) ?? null
      }
    }
  }),
  variant('an error with the code ENOENT for a miss', Base => {
    return class extends Base {
      override async _get(sid: string) {
        const session = await super._get(sid)
        if (session) return session
        throw Object.assign(new Error('no such file or directory'), { code: 'ENOENT' })
      }
    }
  }),
  variant(
    'promises only',
    Base => {
      return class extends Base {
        override get(sid: string) {
          return super.get(sid)
        }
        override set(sid: string, session: Data) {
          return super.set(sid, session)
        }
        override touch(sid: string, session: Data) {
          return super.touch(sid, session)
        }
        override destroy(sid: string) {
          return super.destroy(sid)
        }
        override all() {
          return super.all()
        }
        override length() {
          return super.length()
        }
        override clear() {
          return super.clear()
        }
        override prune() {
          return super.prune()
        }
        override close() {
          return super.close()
        }
      }
    },
    { style: 'promise' },
  ),
  variant('all() as a record', Base => {
    return class extends Base {
      override async _all() {
        const sessions = Object.create(null)
        for (const { sid, session } of await this.live()) sessions[sid] = session
        return sessions
      }
    }
  }),
  variant('all() as an array of sid and session', Base => {
    return class extends Base {
      override async _all() {
        return (await this.live()).map(({ sid, session }) => ({ sid, session }))
      }
    }
  }),
  variant('all() as an array of sessions', Base => {
    return class extends Base {
      override async _all() {
        return (await this.live()).map(({ session }) => session)
      }
    }
  }),
  variant('4 ms of latency', Base => {
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        const late = async (): Promise<unknown> => {
          const value = await work()
          await sleep(4)
          return value
        }
        return super.answer(late, callback, afterClose)
      }
    }
  }),
  variant('further arguments for the callback', Base => {
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        const more = callback as ((...args: unknown[]) => void) | undefined
        return super.answer(work, more && ((error, value) => more(error, value, 'more', 1)), afterClose)
      }
    }
  }),
]
