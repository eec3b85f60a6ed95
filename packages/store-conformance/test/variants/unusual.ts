import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inherits, promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'
import type { Row } from '../mutants/database.ts'
import type { Callback, Data, ReferenceOptions, ReferenceStore } from '../mutants/reference.ts'
import type { StoreClass } from '../mutants/reference-subject.ts'
import { type Variant, variant } from './variant.ts'

const absent = undefined as never

/** Compares nothing, so that what is written does not go through `_update`. */
function plainWrites(Base: typeof ReferenceStore): typeof ReferenceStore {
  return class extends Base {
    override _update = absent
    override insert = absent
    override exchange = absent
    override async _set(sid: string, session: Data) {
      await this.client.write(this.key(sid), this.row(session))
    }
  }
}

/** Changes every answer. */
function answering(
  Base: typeof ReferenceStore,
  change: (work: () => Promise<unknown>, store: ReferenceStore) => Promise<unknown>,
): typeof ReferenceStore {
  return class extends Base {
    override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
      return super.answer(() => change(work, this), callback, afterClose)
    }
  }
}

const key = createHash('sha256').update('a key').digest()

function encrypt(text: string): string {
  const start = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, start)
  const bytes = Buffer.concat([start, cipher.update(text), cipher.final()])
  return Buffer.concat([cipher.getAuthTag(), bytes]).toString('base64')
}

function decrypt(text: string): string {
  const bytes = Buffer.from(text, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(16, 28))
  decipher.setAuthTag(bytes.subarray(0, 16))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString()
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

/** Sound stores of unusual build. */
export const unusual: readonly Variant[] = [
  variant('methods that call back and return a promise of the same', Base => {
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        const answer = new Promise((resolve, reject) => {
          super.answer(work, (error, value) => (error ? reject(error) : resolve(value)), afterClose)
        })
        answer.catch(() => {})
        if (callback) super.answer(() => answer, callback, true)
        return answer
      }
    }
  }),
  variant('callbacks without any argument where all is well', Base => {
    return class extends Base {
      override answer(work: () => Promise<unknown>, callback?: Callback, afterClose?: boolean) {
        if (!callback) return super.answer(work, undefined, afterClose)
        const short: Callback = (error, value) =>
          error ? callback(error) : value === undefined ? callback() : callback(undefined, value)
        return super.answer(work, short, afterClose)
      }
    }
  }),
  variant('a constructor with util.inherits, and methods that are its own', Base => {
    // biome-ignore lint/suspicious/noExplicitAny: as it is written without types
    function OldStore(this: any, options: ReferenceOptions): any {
      const store = Reflect.construct(Base, [options], OldStore)
      for (const name of ['get', 'set', 'touch', 'destroy', 'all', 'length', 'clear'])
        store[name] = store[name].bind(store)
      return store
    }
    inherits(OldStore, Base)
    return OldStore as unknown as StoreClass
  }),
  variant(
    'one command at a time, in a queue',
    Base => {
      return class extends answering(Base, (work, store) => {
        const queued = store as unknown as { last?: Promise<unknown> }
        const turn = (queued.last ?? Promise.resolve()).then(work, work)
        queued.last = turn.catch(() => {})
        return turn
      }) {
        // What waits in the queue is looked at when it was called.
        override set(sid: string, session: Data, callback?: Callback) {
          const mark = session?.[Symbol.for('coatcheck.loaded')]
          if (mark) return super.set(sid, session, callback)
          try {
            const copy = JSON.parse(this.serialize(session))
            return super.set(sid, copy, callback)
          } catch (error) {
            return this.answer(() => Promise.reject(error), callback)
          }
        }
        override touch(sid: string, session: Data, callback?: Callback) {
          const { expires } = this.expiry(session)
          const { fromCookie } = this.expiry(session)
          return super.touch(
            sid,
            fromCookie ? { cookie: { expires: new Date(expires) } } : { cookie: {} },
            callback,
          )
        }
        override async limited<T>(work: Promise<T>) {
          return work
        }
      }
    },
    { deadlineMs: absent },
  ),
  variant('encrypted texts', Base => {
    return class extends Base {
      override serialize(session: Data) {
        return encrypt(super.serialize(session))
      }
      override parse(text: string) {
        let open: string
        try {
          open = decrypt(text)
        } catch {
          throw new Error('the stored session is damaged')
        }
        return super.parse(open)
      }
      // A text that is encrypted anew each time is compared with what was read, and tells no redirects or lifetimes.
      override async _get(sid: string) {
        const row = await this.client.read(this.key(sid))
        return row && this.alive(row) ? this.open(sid, row) : undefined
      }
      override exchange = absent
      override insert = absent
      override _update = absent
      override async _set(sid: string, session: Data) {
        await this.client.write(this.key(sid), this.row(session))
      }
    }
  }),
  variant('texts that are compressed before they are written', Base => {
    const compress = promisify(gzip)
    return class extends plainWrites(Base) {
      override async _set(sid: string, session: Data) {
        const row = this.row(session)
        const bytes = await compress(row.text)
        await this.client.write(this.key(sid), { ...row, text: bytes.toString('base64') })
      }
      override parse(text: string) {
        let open = text
        if (!text.startsWith('{')) {
          try {
            open = gunzipSync(Buffer.from(text, 'base64')).toString()
          } catch {
            throw new Error('the stored session is damaged')
          }
        }
        return super.parse(open)
      }
      override async _get(sid: string) {
        const row = await this.client.read(this.key(sid))
        return row && this.alive(row) ? this.open(sid, row) : undefined
      }
    }
  }),
  variant('names in alphabetical order, as jsonb has its own', Base => {
    return class extends plainWrites(Base) {
      override serialize(session: Data) {
        return JSON.stringify(sorted(JSON.parse(super.serialize(session))))
      }
      override async _get(sid: string) {
        const row = await this.client.read(this.key(sid))
        return row && this.alive(row) ? this.open(sid, row) : undefined
      }
    }
  }),
  variant('keys that are hashes of sids, and lists without sids', Base => {
    return class extends Base {
      override key(sid: string) {
        return this.start() + createHash('sha256').update(sid, 'utf16le').digest('base64url')
      }
      override async live() {
        return (await super.live()).map(({ session }) => ({ sid: '', session }))
      }
      override async _all() {
        return (await this.live()).map(({ session }) => session)
      }
      override entries = absent
      override ids = absent
      override destroyAllOf = absent
    }
  }),
  variant('sids of at most 250 bytes', Base => {
    return class extends Base {
      override async about(sid: unknown, work: () => Promise<unknown>) {
        if (typeof sid === 'string' && Buffer.byteLength(sid) > 250)
          throw new RangeError('the sid is too long')
        return super.about(sid, work)
      }
    }
  }),
  variant(
    'answers after 0 to 30 ms',
    Base => {
      let count = 0
      return answering(Base, async work => {
        const value = await work()
        count = (count * 7 + 11) % 31
        await sleep(count)
        return value
      })
    },
    { deadlineMs: absent },
  ),
  variant(
    'seconds that are rounded up, 20 ms late',
    Base => {
      return class extends answering(Base, async work => {
        await sleep(20)
        return work()
      }) {
        override set(sid: string, session: Data, callback?: Callback) {
          const mark = session?.[Symbol.for('coatcheck.loaded')]
          if (mark) return super.set(sid, session, callback)
          try {
            return super.set(sid, JSON.parse(this.serialize(session)), callback)
          } catch (error) {
            return this.answer(() => Promise.reject(error), callback)
          }
        }
        override touch(sid: string, session: Data, callback?: Callback) {
          const { expires, fromCookie } = this.expiry(session)
          return super.touch(
            sid,
            fromCookie ? { cookie: { expires: new Date(expires) } } : { cookie: {} },
            callback,
          )
        }
        override expiry(session: Data) {
          const { expires, fromCookie } = super.expiry(session)
          return { expires: Math.ceil(expires / 1000) * 1000, fromCookie }
        }
      }
    },
    { granularityMs: absent, deadlineMs: absent },
  ),
  variant('a Proxy around the store', Base => {
    return class extends Base {
      constructor(options: ReferenceOptions) {
        super(options)
        // biome-ignore lint/correctness/noConstructorReturn: as some ORMs do it
        return new Proxy(this, { get: (target, name, receiver) => Reflect.get(target, name, receiver) })
      }
    }
  }),
  variant(
    'rows that are marked as ended and removed later',
    Base => {
      return class extends plainWrites(Base) {
        override async _destroy(sid: string) {
          const alive = await this._get(sid)
          await this.client.update(this.key(sid), { expires: 0 })
          return alive !== undefined
        }
        override async _clear() {
          const rows = await this.client.scan(this.start())
          await Promise.all(rows.map(([found]) => this.client.update(found, { expires: 0 })))
        }
      }
    },
    { backend: {} },
  ),
  variant(
    'a first connection that is made at the first call and takes 400 ms',
    Base => {
      let connected: Promise<void> | undefined
      return answering(Base, async work => {
        connected ??= sleep(400)
        const first = await Promise.race([connected.then(() => false), Promise.resolve(true)])
        if (first) await connected
        return work()
      })
    },
    { deadlineMs: absent, only: ['API', 'ISO-01', 'SID-01', 'CON-09', 'CON-10', 'ENU-01'] },
  ),
  variant('reads that are shared while they are on their way, with an object for each', Base => {
    return class extends plainWrites(Base) {
      reading = new Map<string, Promise<Row | undefined>>()
      override async _get(sid: string) {
        const own = this.reading.get(sid) ?? this.client.read(this.key(sid))
        this.reading.set(sid, own)
        // Only those of one tick: a later one may have to see a write.
        queueMicrotask(() => this.reading.delete(sid))
        const row = await own
        return row && this.alive(row) ? this.open(sid, row) : undefined
      }
    }
  }),
  variant('events of the connection', Base => {
    return class extends Base {
      constructor(options: ReferenceOptions) {
        super(options)
        setImmediate(() => this.emit('connect'))
        setImmediate(() => this.emit('ready', this))
      }
    }
  }),
  variant('arrow functions as methods, without a prototype', Base => {
    return class extends Base {
      constructor(options: ReferenceOptions) {
        super(options)
        const store = this as Data
        for (const name of ['get', 'set', 'touch', 'destroy', 'all', 'length', 'clear'] as const) {
          const method = Base.prototype[name] as (...args: unknown[]) => unknown
          store[name] = (...args: unknown[]) => method.apply(this, args)
        }
      }
    }
  }),
]
