// What the second programs need: the stores of a subject with promises, and sessions as express-session makes them.
// Nothing here comes from the conformance suite, so that a mistake of the suite is not made twice.
import session from 'express-session'

const PATIENCE = 5000
const METHODS = ['get', 'set', 'destroy', 'touch', 'all', 'length', 'clear']

export const wait = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))

/** A session as express-session makes it; `cookie` are options of its cookie, by default a life of a minute. */
export function make(data, cookie = { maxAge: 60_000 }) {
  const made = new session.Session({ sessionID: 'unused', sessionStore: new session.MemoryStore() }, data)
  made.cookie = new session.Cookie(cookie)
  return made
}

/** A session whose cookie ended five seconds ago. */
export function ended(data) {
  return make(data, { expires: new Date(Date.now() - 5000) })
}

/** A text for the page. */
export function show(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`
  const text =
    typeof value === 'object'
      ? JSON.stringify(value, (name, field) => (name === 'cookie' ? undefined : field))
      : String(value)
  return text.length > 120 ? `${text.slice(0, 120)} …` : text
}

/** Calls a method with a callback. No answer, or an error, rejects; a file that is not there is a session that is not there. */
export function call(store, method, ...args) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${method}() gave no answer within 5 s`)), PATIENCE)
    const answered = act => {
      clearTimeout(timer)
      act()
    }
    const returned = store[method](...args, (error, value) =>
      answered(() => (error && error.code !== 'ENOENT' ? reject(error) : resolve(value))),
    )
    Promise.resolve(returned).catch(() => {})
  })
}

/** What a promise came to. */
export function outcome(promise) {
  return promise.then(
    value => ({ value }),
    error => ({ error }),
  )
}

/** The sessions that all() gave, whether as a list, as an object by sid, or as entries with the session in them. */
export function listed(all) {
  return Object.values(all ?? {}).map(entry => entry?.session ?? entry)
}

/** The client of a store, whose commands fail, or take a moment each, when `trouble` says so. */
function troubled(client, trouble) {
  return new Proxy(client, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function' || (!trouble.fails && !trouble.slow)) {
        return typeof value === 'function' ? value.bind(target) : value
      }
      return (...args) => {
        const callback = typeof args.at(-1) === 'function' ? args.at(-1) : undefined
        if (trouble.fails) {
          const error = new Error('the backend is away')
          if (!callback) return Promise.reject(error)
          setImmediate(callback, error)
          return undefined
        }
        const late = wait(Math.random() * 4).then(() => value.apply(target, args))
        return callback ? undefined : late
      }
    },
  })
}

/** Opens stores of a subject: `open({ namespace, ttlMs })`. */
export function opener(subject) {
  const trouble = { fails: false, slow: false }
  let wrapped = false
  const run = `second_${process.pid}_${Date.now().toString(36)}_`
  async function open({ namespace = 'a', ttlMs } = {}) {
    const store = await subject.create({
      namespace: run + namespace,
      ttlMs,
      ttlSeconds: ttlMs && Math.ceil(ttlMs / 1000),
      fresh: false,
      chaos: client => {
        wrapped = true
        return troubled(client, trouble)
      },
    })
    const methods = METHODS.filter(name => typeof store[name] === 'function')
    const promised = methods.map(name => [name, (...args) => call(store, name, ...args)])
    return { ...Object.fromEntries(promised), raw: store }
  }
  return { open, trouble, isWrapped: () => wrapped, run }
}
