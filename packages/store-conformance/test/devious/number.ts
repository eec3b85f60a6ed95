import { bare } from '../mutants/bare.ts'
import type { Row } from '../mutants/database.ts'
import type { Callback, Data } from '../mutants/reference.ts'
import { type Devious, devious } from './devious.ts'

/** Wrong where there are many sessions, or many calls. */
export const number: readonly Devious[] = [
  devious('loses every 1001st session', ['CON-17'], Base => {
    let count = 0
    return class extends bare(Base) {
      override async _set(sid: string, session: Data) {
        if (++count % 1001 !== 0) await super._set(sid, session)
      }
    }
  }),
  devious('keeps the newest thousand sessions', ['CON-17'], Base => {
    const order = new Map<string, true>()
    return class extends bare(Base) {
      override async _set(sid: string, session: Data) {
        await super._set(sid, session)
        order.delete(this.key(sid))
        order.set(this.key(sid), true)
        if (order.size <= 1000) return
        const [oldest] = order.keys()
        order.delete(oldest!)
        await this.client.remove(oldest!)
      }
    }
  }),
  devious('keys are numbers of 16 bits made of the sid', ['CON-17'], Base => {
    return class extends bare(Base) {
      override key(sid: string) {
        let hash = 0
        for (const character of sid) hash = (hash * 31 + character.charCodeAt(0)) & 0xffff
        return `${this.start()}${hash}`
      }
    }
  }),
  devious('remembers the last thousand destroyed sids and no session under them', ['DEL-05'], Base => {
    return class extends Base {
      dead = new Set<string>()
      override async _destroy(sid: string) {
        this.dead.add(sid)
        return super._destroy(sid)
      }
      override async _set(sid: string, session: Data) {
        if (!this.dead.has(sid)) await super._set(sid, session)
      }
    }
  }),
  devious('all() loses the last session of each page of a hundred', ['ENU-06'], Base => {
    return class extends Base {
      override async _all() {
        const entries = (await super._all()) as unknown[]
        return entries.filter((_, index) => index % 100 !== 99)
      }
    }
  }),
  devious('length() stops at a thousand', ['ENU-06'], Base => {
    return class extends Base {
      override async _length() {
        return Math.min(1000, (await super._length()) as number)
      }
    }
  }),
  devious('clear() leaves what is past a thousand', ['ENU-03'], Base => {
    return class extends Base {
      override async _clear() {
        const rows = await this.client.scan(this.start())
        await Promise.all(rows.slice(0, 1000).map(([key]) => this.client.remove(key)))
      }
    }
  }),
  devious('calls back twice on the hundredth call', ['API-04'], Base => {
    let calls = 0
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        const twice = ++calls % 100 === 0
        if (!callback || !twice) return super.answer(work, callback, afterClose)
        const again: Callback = (error, value) => {
          callback(error, value)
          setImmediate(callback, error, value)
        }
        return super.answer(work, again, afterClose)
      }
    }
  }),
  devious('every 200th call is never answered', ['CON-09'], Base => {
    let calls = 0
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        if (++calls % 200 === 0) return super.answer(work)
        return super.answer(work, callback, afterClose)
      }
    }
  }),
  devious('every seventieth read misses', ['CON-17'], Base => {
    let reads = 0
    return class extends Base {
      override async _get(sid: string, renew?: number | null) {
        const session = await super._get(sid, renew)
        return ++reads % 70 === 0 ? undefined : session
      }
    }
  }),
  devious('a list of more than a thousand entries is in another order', ['RT-25'], Base => {
    return class extends Base {
      override serialize(session: Data) {
        return JSON.stringify(session, (_, value) =>
          Array.isArray(value) && value.length > 1000 ? value.toReversed() : value,
        )
      }
    }
  }),
  devious('no more than a thousand fields of an object are kept', ['RT-25'], Base => {
    return class extends Base {
      override serialize(session: Data) {
        return JSON.stringify(session, (_, value) => {
          if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
          return Object.fromEntries(Object.entries(value).slice(0, 1000))
        })
      }
    }
  }),
  devious(
    'length() is counted by the calls of set(), which two at once of one sid confuse',
    ['CON-04'],
    Base => {
      const counts = new Map<string, number>()
      return class extends Base {
        async there(sid: string) {
          const row = await this.client.read(this.key(sid))
          return row !== undefined && this.alive(row)
        }
        add(many: number) {
          counts.set(this.prefix, (counts.get(this.prefix) ?? 0) + many)
        }
        override async _set(sid: string, session: Data) {
          const row: Row = this.row(session)
          const there = await this.there(sid)
          await this.client.write(this.key(sid), row)
          if (!there) this.add(1)
        }
        override async _destroy(sid: string) {
          const there = await super._destroy(sid)
          if (there) this.add(-1)
          return there
        }
        override async _length() {
          return counts.get(this.prefix) ?? 0
        }
        override async _clear() {
          await super._clear()
          counts.delete(this.prefix)
        }
      }
    },
  ),
]
