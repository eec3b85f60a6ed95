import { startChild } from './child.mjs'

/** Starts `servers/server.mjs`, or another `script`, in a child process with this `config`. `node` and `execArgv` are as for `startChild`. */
export async function startServer(config, { script = 'server.mjs', ...options } = {}) {
  const child = await startChild(script, config, options)
  const base = `http://127.0.0.1:${child.ready.port}`
  return {
    url: path => base + path,
    /** CPU time in microseconds, and the number of requests, since the start. */
    usage: () => child.ask('usage'),
    /** Removes all sessions, and collects garbage if Node runs with `--expose-gc`. */
    clear: () => child.ask('clear'),
    /** The number of calls of `JSON.stringify` and `JSON.parse` since the start. */
    json: () => child.ask('json'),
    /** The bytes of the process and of its heap, if Node runs with `--expose-gc`. */
    memory: () => child.ask('memory'),
    /** The number of requests to `/held`. */
    held: () => child.ask('held'),
    stop: () => child.stop(),
  }
}

/** Makes this number of sessions with data, and returns their cookies. */
export async function makeSessions(server, count) {
  const cookies = []
  const lane = async () => {
    // The cookie is not there yet, but the next lane must see that there is one more.
    for (let i = cookies.push('') - 1; i < count; i = cookies.push('') - 1)
      cookies[i] = await newCookie(server)
  }
  await Promise.all(Array.from({ length: 8 }, lane))
  return cookies.slice(0, count)
}

async function newCookie(server) {
  const response = await fetch(server.url('/new'))
  await response.arrayBuffer()
  const cookie = response.headers
    .getSetCookie()
    .map(line => line.split(';', 1)[0])
    .join('; ')
  // Bare http sets no cookie, so its requests send one of the same length.
  return cookie || `connect.sid=s%3A${'x'.repeat(32)}.${'y'.repeat(43)}`
}
