import { type Mutant, mutant } from './mutant.ts'
import type { Callback } from './reference.ts'

export const apiMutants: readonly Mutant[] = [
  mutant('plainEmitter', 'API-14', /typeof store\.createSession gave "undefined"/, Base => {
    return class extends Base {
      createSession = undefined
    }
  }),
  mutant(
    'createsFromText',
    'API-14',
    /n of the session that createSession\(\) put on req gave undefined/,
    Base => {
      return class extends Base {
        createSession(req: { session?: unknown }) {
          req.session = { cookie: {} }
          return req.session
        }
      }
    },
  ),
  mutant('ownGenerate', 'API-14', /calls of the generate that was set, by regenerate\(req\) gave 0/, Base => {
    return class extends Base {
      regenerate(req: { sessionID: string }, callback: Callback) {
        this.destroy(req.sessionID, callback)
      }
    }
  }),
  mutant('notEmitter', 'API-01', /typeof store\.on gave "undefined"/, Base => {
    return class extends Base {
      override on = undefined as never
    }
  }),
  mutant('missingIsError', 'API-02', /gave the error .*no such session/, Base => {
    return class extends Base {
      override async _get(sid: string) {
        const session = await super._get(sid)
        if (!session) throw new Error('no such session')
        return session
      }
    }
  }),
  mutant('missingIsEmpty', 'API-02', /get\("nobody"\) gave \{\}/, Base => {
    return class extends Base {
      override async _get(sid: string) {
        return (await super._get(sid)) ?? {}
      }
    }
  }),
  mutant('errIsOk', 'API-03', /set\("a", session\) gave the error OK/, Base => {
    return class extends Base {
      override set(sid: string, session: unknown, callback?: Callback) {
        return super.set(sid, session, callback && (error => callback(error ?? 'OK')))
      }
    }
  }),
  mutant('doubleCallback', 'API-04', /the callback of destroy of an unknown sid was called 2 times/, Base => {
    return class extends Base {
      override destroy(sid: string, callback?: Callback) {
        return super.destroy(sid, error => {
          callback?.(error)
          if (sid === 'nobody') setImmediate(() => callback?.(error))
        })
      }
    }
  }),
  mutant('syncCb', 'API-05', /callback of length\(\) was called before the method returned/, Base => {
    return class extends Base {
      override length(callback?: Callback) {
        return callback?.(null, 0)
      }
    }
  }),
  mutant('zalgoMiss', 'API-06', /get\(\) called back after it returned for a known sid, before/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback) {
        return sid === 'nobody' ? callback?.(null, null) : super.get(sid, callback)
      }
    }
  }),
  mutant('cbInTry', 'API-07', /callback of get\(\) that threw gave 2, want 1/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback) {
        this._get(sid).then(session => {
          try {
            callback?.(null, session)
          } catch (error) {
            callback?.(error)
          }
        })
      }
    }
  }),
  mutant('cbThrowSwallowed', 'API-08', /thrown in the callback of get\(\) was swallowed/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback) {
        this._get(sid)
          .then(session => callback?.(null, session))
          .catch(() => {})
      }
    }
  }),
  mutant('cbRequired', 'API-09', /destroy\("a", undefined\) in a later tick gave TypeError/, Base => {
    return class extends Base {
      override destroy(sid: string, callback?: Callback) {
        this._destroy(sid).then(() => process.nextTick(() => callback!(null)))
      }
    }
  }),
  mutant(
    'setCbRequired',
    'API-10',
    /set\("a", session\) without a callback, in a later tick, gave TypeError/,
    Base => {
      return class extends Base {
        override set(sid: string, session: unknown, callback?: Callback) {
          this._set(sid, session).then(() => process.nextTick(() => callback!(null)))
        }
      }
    },
  ),
  mutant('rejectAndCallback', 'API-11', /get\(\) called back and its promise, .* gave Error/, Base => {
    return class extends Base {
      override async get(sid: string, callback?: Callback) {
        try {
          const session = await this._get(sid)
          process.nextTick(() => callback?.(null, session))
        } catch (error) {
          process.nextTick(() => callback?.(error))
          throw error
        }
      }
    }
  }),
  mutant('noPromise', 'API-12', /get\("a"\) without a callback returned no promise/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback) {
        super.get(sid, callback ?? (() => {}))
      }
    }
  }),
  mutant('cbThrowDestroys', 'API-13', /get\("a"\) after a callback of get\(\) threw gave undefined/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback) {
        this._get(sid)
          .then(session => callback?.(null, session))
          .catch(() => this._destroy(sid))
      }
    }
  }),
]
