import type { ServerResponse } from 'node:http'

type Method = (...args: never[]) => unknown
type Methods = Record<string, Method>

/** What the methods of a held response call. */
export interface Held {
  write(self: ServerResponse, args: unknown[]): unknown
  end(self: ServerResponse, args: unknown[]): unknown
  writeHead(self: ServerResponse, args: unknown[]): unknown
  flushHeaders(self: ServerResponse): void
  /** Throws Node's error when the headers are fixed. */
  checkHead(action: string): void
  readonly fixed: boolean
  readonly ended: boolean
}

/** The methods of one level. Several middlewares can hold one response, and each of them needs its own level. */
interface Level {
  readonly key: symbol
  /** Assigned to a response at the beginning. */
  readonly methods: Methods
  /** Assigned to a response when its headers are fixed and not yet sent. */
  readonly late: {
    readonly methods: Methods
    readonly headersSent: PropertyDescriptor
    readonly writableEnded: PropertyDescriptor
  }
}

const levels: Level[] = []

/** Assign the methods of `held` to `res`. Returns the level, for `showFixedHead`. */
export function install(res: ServerResponse, held: Held): Level {
  let depth = 0
  while (levels[depth] && Object.hasOwn(res, (levels[depth] as Level).key)) depth++
  const level = levels[depth] ?? newLevel()
  levels[depth] = level
  // One call of `Object.assign`: with one assignment for each property, V8 moves the garbage of a request to the old generation, and
  // garbage collection takes twice the time.
  Object.assign(res, { [level.key]: held }, level.methods)
  return level
}

/** From here on the response behaves as if Node had sent its headers: `headersSent` is true, and a late `setHeader` throws. */
export function showFixedHead(res: ServerResponse, { late }: Level): void {
  Object.assign(res, late.methods)
  Object.defineProperty(res, 'headersSent', late.headersSent)
  Object.defineProperty(res, 'writableEnded', late.writableEnded)
}

/** Whether no other middleware has wrapped `writeHead` after this one. */
export function isOutermost(res: ServerResponse, { methods }: Level): boolean {
  return (res.writeHead as unknown) === methods.writeHead
}

/** Whether an earlier wrapper is there, which may accept more than Node does. */
export function isWrapped(res: ServerResponse, write: unknown, end: unknown): boolean {
  const own = Object.getPrototypeOf(res) as { end: unknown; write: unknown }
  return own.end !== end || own.write !== write
}

function newLevel(): Level {
  const key = Symbol('coatcheck.held')
  // A wrapper may call a method with another `this`, which inherits from the response.
  const heldOf = (self: unknown) => (self as Record<symbol, Held>)[key] as Held
  return {
    key,
    methods: {
      write(this: ServerResponse, ...args: unknown[]) {
        return heldOf(this).write(this, args)
      },
      end(this: ServerResponse, ...args: unknown[]) {
        return heldOf(this).end(this, args)
      },
      writeHead(this: ServerResponse, ...args: unknown[]) {
        return heldOf(this).writeHead(this, args)
      },
      flushHeaders(this: ServerResponse) {
        return heldOf(this).flushHeaders(this)
      },
    },
    late: {
      headersSent: late('headersSent', held => held.fixed, heldOf),
      writableEnded: late('writableEnded', held => held.ended, heldOf),
      methods: {
        setHeader: checked('setHeader', 'set', heldOf),
        appendHeader: checked('appendHeader', 'append', heldOf),
        removeHeader: checked('removeHeader', 'remove', heldOf),
      },
    },
  }
}

/** A property that is true when `test` is, and otherwise has Node's value. */
function late(
  name: string,
  test: (held: Held) => boolean,
  heldOf: (self: unknown) => Held,
): PropertyDescriptor {
  return {
    configurable: true,
    get(this: ServerResponse) {
      return test(heldOf(this)) || Reflect.get(Object.getPrototypeOf(this), name, this)
    },
  }
}

/** A method of the prototype that throws when the headers are fixed. */
function checked(name: string, action: string, heldOf: (self: unknown) => Held): Method {
  return function (this: ServerResponse, ...args: unknown[]) {
    heldOf(this).checkHead(action)
    const method = Reflect.get(Object.getPrototypeOf(this), name) as (...args: unknown[]) => unknown
    return method.apply(this, args)
  } as Method
}
