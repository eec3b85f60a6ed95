import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, Row } from '../mutants/database.ts'
import type { Callback, Data, ReferenceOptions } from '../mutants/reference.ts'
import { type Variant, variant } from './variant.ts'

const absent = undefined as never

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
  variant('methods with a default for the callback that return a promise and call back later', Base => {
    const noop: Callback = () => {}
    return class extends Base {
      override async get(sid: string, callback: Callback = noop, options?: { renew?: number | null }) {
        super.get(sid, (error, value) => setTimeout(callback, 5, error, value), options)
      }
      override async set(sid: string, session: Data, callback: Callback = noop) {
        super.set(sid, session, error => setTimeout(callback, 5, error))
      }
      override async destroy(sid: string, callback: Callback = noop) {
        super.destroy(sid, (error, value) => setTimeout(callback, 5, error, value))
      }
    }
  }),
  variant('a backend that takes 3 s to connect', Base => {
    let connected: Promise<void> | undefined
    const connecting = (client: Client): Client =>
      new Proxy(client, {
        get: (target, name) => {
          const command = Reflect.get(target, name, target)
          if (typeof command !== 'function') return command
          return async (...args: unknown[]) => {
            connected ??= sleep(3000)
            await connected
            return command.apply(target, args)
          }
        },
      })
    return class extends Base {
      constructor(options: ReferenceOptions) {
        super({ ...options, client: connecting(options.client) })
      }
      override async limited<T>(work: Promise<T>): Promise<T> {
        await connected
        return super.limited(work)
      }
    }
  }),
  variant(
    'reads that lag 20 ms behind',
    Base => {
      const old = new Map<string, { row: Row | undefined; until: number }>()
      return class extends Base {
        remember(sid: string, row: Row | undefined): void {
          old.set(this.key(sid), { row, until: Date.now() + 20 })
        }
        override async _get(sid: string, renew?: number | null) {
          const late = old.get(this.key(sid))
          if (!late || late.until < Date.now()) return super._get(sid, renew)
          return late.row && this.alive(late.row) ? this.open(sid, late.row) : undefined
        }
        override async _set(sid: string, session: Data) {
          const text = this.row(session)
          const before = await this.client.read(this.key(sid))
          // First, so that no read sees the new one and a later read the old one.
          this.remember(sid, before)
          await this.client.write(this.key(sid), text)
        }
        override async _destroy(sid: string) {
          const before = await this.client.read(this.key(sid))
          this.remember(sid, before)
          await super._destroy(sid)
        }
        override _update = absent
        override insert = absent
        override exchange = absent
        override destroyAllOf = absent
      }
    },
    { consistency: 'eventual', lagMs: 30 },
  ),
  variant('further arguments for the callback', Base => {
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        const more = callback as ((...args: unknown[]) => void) | undefined
        return super.answer(work, more && ((error, value) => more(error, value, 'more', 1)), afterClose)
      }
    }
  }),
]
