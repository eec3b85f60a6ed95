import { type Mutant, mutant } from './mutant.ts'
import type { Callback } from './reference.ts'

export const eventsMutants: readonly Mutant[] = [
  mutant('disconnectOnly', 'EVT-01', /emitted "disconnect", and no "connect" within 5 s/, Base => {
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        return super.answer(
          work,
          callback &&
            ((error, value) => {
              if (error) this.emit('disconnect')
              callback(error, value)
            }),
          afterClose,
        )
      }
    }
  }),
  mutant('listenerLeak', 'EVT-02', /30 rounds of calls left 30 more listeners on the store/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback) {
        this.once('disconnect', () => {})
        return super.get(sid, callback)
      }
    }
  }),
  mutant(
    'listenerLeakElsewhere',
    'EVT-02',
    /Node’s warning after 30 rounds of calls gave "Possible EventEmitter memory leak/,
    Base => {
      return class extends Base {
        readonly connection = new Base({ client: this.client, prefix: '' })
        override get(sid: string, callback?: Callback) {
          this.connection.on('error', () => {})
          return super.get(sid, callback)
        }
      }
    },
  ),
  mutant('emitsError', 'EVT-03', /the store emitted "error" without a listener: Error ECONNREFUSED/, Base => {
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        return super.answer(
          work,
          callback &&
            ((error, value) => {
              callback(error, value)
              if (error) this.emit('error', error)
            }),
          afterClose,
        )
      }
    }
  }),
]
