import { type Mutant, mutant } from './mutant.ts'
import type { Callback, Data, ReferenceOptions } from './reference.ts'

export const lifeMutants: readonly Mutant[] = [
  mutant(
    'refdInterval',
    'LIF-01',
    /keep the process alive with 3 timers, the first an interval of 60000 ms/,
    Base => {
      return class extends Base {
        constructor(options: ReferenceOptions) {
          super(options)
          setInterval(() => this.prune(), 60_000)
        }
      }
    },
  ),
  mutant(
    'timerExpiry',
    'LIF-01',
    /keep the process alive with 9 timers, the first a timeout of 3[56]\d+ ms/,
    Base => {
      return class extends Base {
        override async _set(sid: string, session: Data) {
          await super._set(sid, session)
          const { maxAge } = session.cookie
          if (maxAge < 2 ** 31) setTimeout(() => this._destroy(sid), maxAge)
        }
      }
    },
  ),
  mutant('hangAfterClose', 'LIF-02', /get\("a"\) after close\(\) was never answered/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback) {
        return this.closed ? undefined : super.get(sid, callback)
      }
    }
  }),
  mutant('missAfterClose', 'LIF-02', /get\("a"\) after close\(\) gave undefined, want the session/, Base => {
    return class extends Base {
      override get(sid: string, callback?: Callback) {
        if (this.closed) process.nextTick(() => callback?.(null))
        else return super.get(sid, callback)
      }
    }
  }),
  mutant('closeTwice', 'LIF-03', /close\(\) failed with Error: Called end on pool more than once/, Base => {
    return class extends Base {
      override async _close() {
        if (this.closed) throw new Error('Called end on pool more than once')
        await super._close()
      }
    }
  }),
  mutant(
    'ownMemory',
    'LIF-04',
    /get\("a"\) by a store made later gave undefined/,
    Base => {
      let made = 0
      return class extends Base {
        readonly own = String(made++)
        override start() {
          return `${super.start()}${this.own}:`
        }
      }
    },
    { shared: true },
  ),
  mutant(
    'dropsAtStart',
    'LIF-04',
    /get\("a"\) by a store made later gave undefined/,
    Base => {
      return class extends Base {
        readonly dropped: Promise<unknown> = this.client.removeAll(this.start())
        override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
          return super.answer(() => this.dropped.then(work), callback, afterClose)
        }
      }
    },
    { shared: true },
  ),
  mutant('closeEndsClient', 'LIF-05', /get\("a"\) failed with Error: the client is closed/, Base => {
    const ended = new Set<string>()
    return class extends Base {
      override async _close() {
        await super._close()
        ended.add(this.prefix)
      }
      override async _get(sid: string) {
        if (ended.has(this.prefix)) throw new Error('the client is closed')
        return super._get(sid)
      }
    }
  }),
]
