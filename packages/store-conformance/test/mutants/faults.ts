import { type Mutant, mutant } from './mutant.ts'
import type { Callback, Data, ReferenceOptions, ReferenceStore } from './reference.ts'
import type { StoreClass } from './reference-subject.ts'

/** A store that answers a failure of the backend in this one method as if nothing had been. */
function swallowing(method: string, answer: unknown): (Base: typeof ReferenceStore) => StoreClass {
  return Base => {
    const hook = `_${method}` as '_get'
    return class extends Base {
      constructor(options: ReferenceOptions) {
        super(options)
        const work = this[hook].bind(this)
        this[hook] = async (...args: [string]) => {
          try {
            return await work(...args)
          } catch (error) {
            if ((error as { code?: string }).code !== 'ECONNREFUSED') throw error
            return answer
          }
        }
      }
    }
  }
}

const swallows = (method: string, rule: string, answer?: unknown): Mutant =>
  mutant(
    `swallowErrors:${method}`,
    rule,
    new RegExp(`${method}\\(.*\\) with the backend down gave .*, want an error`),
    swallowing(method, answer),
  )

export const faultsMutants: readonly Mutant[] = [
  swallows('get', 'ERR-01'),
  mutant('hangOnError', 'ERR-01', /get\("a"\) was not answered within 2500 ms/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback) {
        return super.get(sid, (error, session) => {
          if (!error) callback?.(null, session)
        })
      }
    }
  }),
  mutant('errorsAreStrings', 'ERR-01', /gave the error "Error: connection refused.*, want an Error/, Base => {
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        return super.answer(
          work,
          callback && ((error, value) => callback(error && String(error), value)),
          afterClose,
        )
      }
    }
  }),
  mutant(
    'failureIsMiss',
    'ERR-01',
    /with the backend down reported a missing session, want an error/,
    Base => {
      return class extends Base {
        override _get(sid: string) {
          return super._get(sid).catch(error => Promise.reject(Object.assign(error, { code: 'ENOENT' })))
        }
      }
    },
  ),
  swallows('set', 'ERR-02'),
  swallows('destroy', 'ERR-03'),
  swallows('touch', 'ERR-04'),
  swallows('all', 'ERR-05', []),
  swallows('length', 'ERR-06', 0),
  swallows('clear', 'ERR-07'),
  mutant(
    'poisonedInit',
    'ERR-08',
    /on a store first used while the backend was down failed with .*refused/,
    Base => {
      return class extends Base {
        ready: Promise<unknown> | undefined
        override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
          this.ready ??= this.client.read('schema')
          return super.answer(() => this.ready!.then(work), callback, afterClose)
        }
      }
    },
  ),
  mutant(
    'poisonedConnection',
    'ERR-08',
    /on a store in use failed with Error: the connection is gone/,
    Base => {
      return class extends Base {
        broken = false
        override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
          const guarded = async (): Promise<unknown> => {
            if (this.broken) throw new Error('the connection is gone')
            return work().catch(error => {
              this.broken = error.code === 'ECONNREFUSED'
              throw error
            })
          }
          return super.answer(guarded, callback, afterClose)
        }
      }
    },
  ),
  mutant(
    'serThrowDouble',
    'ERR-09',
    /set\(\) of a circular session was answered 2 times, want once/,
    Base => {
      return class extends Base {
        override set(sid: string, session: Data, callback?: Callback) {
          try {
            this.serialize(session)
          } catch (error) {
            process.nextTick(() => callback?.(error))
            process.nextTick(() => callback?.(null))
            return
          }
          return super.set(sid, session, callback)
        }
      }
    },
  ),
  mutant(
    'serErrSwallowed',
    'ERR-09',
    /set\(\) of a circular session gave no error, and get\("a"\) then gave another/,
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          try {
            this.serialize(session)
          } catch {
            return
          }
          await super._set(sid, session)
        }
      }
    },
  ),
  mutant(
    'serErrRemoves',
    'ERR-09',
    /after set\(\) of a circular session was refused gave undefined/,
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          await this.client.remove(this.key(sid))
          await super._set(sid, session)
        }
      }
    },
  ),
  mutant(
    'serThrowSync',
    'ERR-10',
    /set\(\) of a circular session threw, want the error through the callback/,
    Base => {
      return class extends Base {
        override set(sid: string, session: Data, callback?: Callback) {
          this.serialize(session)
          return super.set(sid, session, callback)
        }
      }
    },
  ),
  mutant(
    'destroyNoCbRejects',
    'ERR-11',
    /destroy\("a", undefined\) with the backend down, unhandled, gave Error/,
    Base => {
      return class extends Base {
        override destroy(sid: string, callback?: Callback) {
          return callback ? super.destroy(sid, callback) : this._destroy(sid)
        }
      }
    },
  ),
  mutant('hangsForever', 'ERR-12', /on a backend that hangs was not answered within 2500 ms/, Base => {
    return class extends Base {
      override limited<T>(work: Promise<T>) {
        return work
      }
    }
  }),
  mutant('retryRemoves', 'ERR-13', /get\("a"\) after a lost answer gave nothing/, Base => {
    return class extends Base {
      override async _set(sid: string, session: Data) {
        try {
          await super._set(sid, session)
        } catch (error) {
          if ((error as { code?: string }).code === 'ECONNREFUSED')
            this.client.remove(this.key(sid)).catch(() => {})
          throw error
        }
      }
    }
  }),
  mutant(
    'retryInserts',
    'ERR-13',
    /set\("a", session\) failed with Error: duplicate key, want no error/,
    Base => {
      const unsure = new Set<string>()
      return class extends Base {
        override async _set(sid: string, session: Data) {
          const key = this.key(sid)
          if (unsure.has(key) && (await this.client.read(key))) throw new Error('duplicate key')
          await super._set(sid, session).catch(error => {
            if (error.code === 'ECONNREFUSED') unsure.add(key)
            throw error
          })
        }
      }
    },
  ),
  mutant(
    'reconnectDropsQueue',
    'ERR-14',
    // On a busy machine a call of the preparation may be dropped first.
    /of 20 that waited for the backend, gave [1-9]\d*, want 0|was not answered within/,
    Base => {
      return class extends Base {
        override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
          const started = Date.now()
          return super.answer(
            work,
            callback && ((error, value) => Date.now() - started < 40 && callback(error, value)),
            afterClose,
          )
        }
      }
    },
  ),
  mutant(
    'transactionLeftOpen',
    'ERR-16',
    /get\("b"\) in another store, after set\(\) failed when 0 commands had run/,
    Base => {
      return class extends Base {
        /** What is written in the transaction that a failed write has left open. */
        pending: Map<string, Data> | undefined
        override async _set(sid: string, session: Data) {
          if (this.pending) return void this.pending.set(sid, session)
          return super._set(sid, session).catch(error => {
            if (error.code === 'ECONNREFUSED') this.pending = new Map()
            throw error
          })
        }
        override async _get(sid: string, renew?: number | null) {
          return this.pending?.get(sid) ?? super._get(sid, renew)
        }
      }
    },
  ),
]
