import { Session, type SessionHolder } from '../session/session.ts'

/**
 * The current session of `holder`, as one object for the whole request. `regenerate` and `reload` replace the session. A variable that
 * was assigned before must not write into the replaced one.
 */
export function viewOf(holder: SessionHolder): object {
  // `console.log` looks at the target of a proxy.
  const target = { [Symbol.for('nodejs.util.inspect.custom')]: () => holder.session }
  return new Proxy(target, new SessionView(holder))
}

class SessionView implements ProxyHandler<object> {
  readonly #holder: SessionHolder

  constructor(holder: SessionHolder) {
    this.#holder = holder
  }

  get(_: object, key: PropertyKey): unknown {
    const session = this.#session
    const value = session && Reflect.get(session, key)
    // The methods need the session itself: the engine compares it, and not this view.
    return typeof value === 'function' && key in Session.prototype ? value.bind(session) : value
  }

  set(_: object, key: PropertyKey, value: unknown): boolean {
    return Reflect.set(this.#inPlace(), key, value)
  }

  has(_: object, key: PropertyKey): boolean {
    const session = this.#session
    return session !== undefined && Reflect.has(session, key)
  }

  deleteProperty(_: object, key: PropertyKey): boolean {
    return Reflect.deleteProperty(this.#inPlace(), key)
  }

  defineProperty(_: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.#inPlace(), key, { configurable: true, ...descriptor })
  }

  ownKeys(): (string | symbol)[] {
    const session = this.#session
    return session ? Object.keys(session) : []
  }

  getOwnPropertyDescriptor(_: object, key: PropertyKey): PropertyDescriptor | undefined {
    const session = this.#session
    const descriptor = session && Reflect.getOwnPropertyDescriptor(session, key)
    // A proxy may only report configurable properties, unless its target has them too.
    return descriptor?.enumerable ? { ...descriptor, configurable: true } : undefined
  }

  getPrototypeOf(): object {
    return Session.prototype
  }

  get #session(): object | undefined {
    return this.#holder.session ?? undefined
  }

  #inPlace(): object {
    const session = this.#session
    if (!session) throw new TypeError('The session was destroyed, so its properties cannot be set')
    return session
  }
}
