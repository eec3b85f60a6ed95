/** A backend command that is being held. */
export interface Held {
  /** The client's method, such as `set`. */
  readonly method: string
  /** Lets the command run now. */
  release(): void
}

type Kind = 'promise' | 'callback' | 'iterator' | 'sync'
type Call = (...args: unknown[]) => unknown

const housekeeping = new Set(
  'on once off emit addListener removeListener removeAllListeners listeners listenerCount setMaxListeners connect disconnect quit end close destroy duplicate then catch finally toString valueOf toJSON constructor hasOwnProperty'.split(
    ' ',
  ),
)

/**
 * Disturbs the backend commands of the clients given to {@link Chaos.wrap}: it refuses them, never answers, slows
 * them down, or holds them until a rule releases them one by one. Otherwise a command is passed on unchanged. A disturbed
 * command still answers in its own way: by promise, callback, async iterator or value.
 */
export class Chaos {
  /** Commands seen so far, by method. */
  readonly counts: Map<string, number> = new Map()
  /** Commands that are being held, oldest first. */
  readonly held: Held[] = []
  /** Whether a client was wrapped at all. */
  used = false
  #kinds = new Map<string, Kind>()
  #mode: 'calm' | 'ending' | 'down' | 'hang' | 'gate' | 'lost' = 'calm'
  #latency = 0
  /** Commands that still run before the backend is down. */
  #left = 0
  #error: Error = fault()

  /** From now on every command fails with `error`. */
  down(error: Error = fault()): void {
    this.#mode = 'down'
    this.#error = error
  }

  /** This many commands run unchanged. Every later one fails with `error`. */
  downAfter(commands: number, error: Error = fault()): void {
    this.#mode = 'ending'
    this.#left = commands
    this.#error = error
  }

  /** From now on no command is answered. */
  hang(): void {
    this.#mode = 'hang'
  }

  /** From now on every command is executed, but its answer is lost: the caller gets `error`. */
  lose(error: Error = fault()): void {
    this.#mode = 'lost'
    this.#error = error
  }

  /** From now on every command waits in {@link Chaos.held}. */
  gate(): void {
    this.#mode = 'gate'
  }

  /** From now on every command takes `ms` longer. */
  slow(ms: number): void {
    this.#latency = ms
  }

  /** Stop disturbing, and release held commands. */
  up(): void {
    this.#mode = 'calm'
    this.#latency = 0
    for (const command of this.held.splice(0)) command.release()
  }

  /** Commands seen since the last call of this method. */
  takeCounts(): Record<string, number> {
    const counts = Object.fromEntries(this.counts)
    this.counts.clear()
    return counts
  }

  /** A proxy of `client` that disturbs its `methods`. Default: all but housekeeping methods. */
  wrap<C extends object>(client: C, methods?: readonly (keyof C)[]): C {
    this.used = true
    const wrappers = new Map<Call, Call>()
    const proxy: C = new Proxy(client, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        if (typeof value !== 'function') return value
        const call = value as Call
        const known = wrappers.get(call)
        if (known) return known
        const wrapper = this.#wrapper(
          target,
          key,
          call,
          methods as readonly PropertyKey[] | undefined,
          () => proxy,
        )
        wrappers.set(call, wrapper)
        return wrapper
      },
    })
    return proxy
  }

  #wrapper(
    target: object,
    key: PropertyKey,
    call: Call,
    methods: readonly PropertyKey[] | undefined,
    proxy: () => object,
  ): Call {
    const watched = methods ? methods.includes(key) : typeof key === 'string' && !housekeeping.has(key)
    const wrapper = (...args: unknown[]): unknown => {
      const result = watched
        ? this.#command(String(key), args, all => call.apply(target, all))
        : call.apply(target, args)
      if (result === target) return proxy()
      return !methods && watched && isClient(result) ? this.wrap(result as object) : result
    }
    return Object.assign(wrapper, call)
  }

  #command(method: string, args: unknown[], run: (args: unknown[]) => unknown): unknown {
    this.counts.set(method, (this.counts.get(method) ?? 0) + 1)
    if (this.#mode === 'ending' && this.#left-- <= 0) this.#mode = 'down'
    const kind = this.#kindOf(method, args)
    const calm = this.#mode === 'ending' || (this.#mode === 'calm' && this.#latency === 0)
    const unknown = kind === undefined && (this.#mode === 'calm' || this.#mode === 'gate')
    if (calm || unknown) return this.#learn(method, args, run(args))
    if (kind === 'sync') return this.#sync(() => run(args))
    if (kind === 'callback') return this.#callback(method, args, run)
    if (kind === 'iterator') return this.#iterate(method, () => run(args) as AsyncIterable<unknown>)
    return this.#ready(method).then(async () => this.#answer(await run(args)))
  }

  /**
   * A function as the last argument is a callback only if an undisturbed call has shown that the method answers by it. `update(key, fn)`
   * and `transaction(fn)` answer by promise.
   */
  #kindOf(method: string, args: readonly unknown[]): Kind | undefined {
    const hasFunction = typeof args.at(-1) === 'function'
    const known = this.#kinds.get(hasFunction ? `${method}(function)` : method)
    if (known !== undefined || !hasFunction) return known ?? this.#usual()
    const usual = this.#usual()
    return this.#mode === 'calm' ? undefined : (usual ?? 'callback')
  }

  /** A method that is first called while disturbed answers in the way of the client's other methods. */
  #usual(): Kind | undefined {
    if (this.#mode === 'calm' || this.#mode === 'gate') return undefined
    const kinds = new Set(this.#kinds.values())
    return kinds.size === 1 ? [...kinds][0] : undefined
  }

  #learn(method: string, args: readonly unknown[], result: unknown): unknown {
    if (typeof args.at(-1) !== 'function') this.#kinds.set(method, kindOf(result))
    else {
      const kind = kindOf(result)
      const answersLater = kind === 'sync' && typeof result !== 'function'
      this.#kinds.set(`${method}(function)`, answersLater ? 'callback' : kind)
    }
    return result
  }

  #sync(run: () => unknown): unknown {
    if (this.#mode === 'down' || this.#mode === 'hang') throw this.#error
    return this.#answer(run())
  }

  #callback(method: string, args: unknown[], run: (args: unknown[]) => unknown): undefined {
    const callback = args.at(-1) as Call
    const answer = (...results: unknown[]): unknown =>
      this.#mode === 'lost' ? callback(this.#error) : callback(...results)
    this.#ready(method).then(
      () => process.nextTick(run, [...args.slice(0, -1), answer]),
      error => process.nextTick(callback, error),
    )
  }

  async *#iterate(method: string, run: () => AsyncIterable<unknown>): AsyncGenerator<unknown> {
    await this.#ready(method)
    for await (const item of run()) yield this.#answer(item)
  }

  /** Resolves when the command may run, rejects when the backend is down. */
  async #ready(method: string): Promise<void> {
    if (this.#latency > 0) await new Promise(resolve => setTimeout(resolve, this.#latency))
    if (this.#mode === 'down') throw this.#error
    if (this.#mode === 'hang') await new Promise(() => {})
    if (this.#mode === 'gate') {
      await new Promise<void>(release => this.held.push({ method, release }))
    }
  }

  #answer<T>(value: T): T {
    if (this.#mode === 'lost') throw this.#error
    return value
  }
}

function fault(): Error {
  return Object.assign(new Error('connection refused (by the conformance suite)'), { code: 'ECONNREFUSED' })
}

function kindOf(result: unknown): Kind {
  if (typeof result !== 'object' || result === null) return 'sync'
  if (typeof (result as { then?: unknown }).then === 'function') return 'promise'
  return Symbol.asyncIterator in result ? 'iterator' : 'sync'
}

/** An object with methods that a synchronous call has returned, such as a statement, a pipeline or a collection. */
function isClient(result: unknown): boolean {
  if (typeof result !== 'object' || result === null || kindOf(result) !== 'sync') return false
  if (Array.isArray(result) || ArrayBuffer.isView(result) || result instanceof Date) return false
  const prototype: unknown = Object.getPrototypeOf(result)
  return prototype !== null && prototype !== Object.prototype
}
