import { startChild } from './child.mjs'

/** A server in a process of its own, with a `config` as `servers/server.mjs` takes it. */
export async function startServer(config, execArgv = []) {
  const child = await startChild('server.mjs', config, execArgv)
  const base = `http://127.0.0.1:${child.ready.port}`
  return {
    url: path => base + path,
    /** CPU microseconds and requests since the start. */
    usage: () => child.ask('usage'),
    /** Forget all sessions, and collect garbage where its Node allows that. */
    clear: () => child.ask('clear'),
    /** Calls of `JSON.stringify` and `JSON.parse` since the start. */
    json: () => child.ask('json'),
    stop: () => child.stop(),
  }
}

/** So many sessions with data in them, as the cookies of their clients. */
export async function makeSessions(server, count) {
  const cookies = []
  for (let i = 0; i < count; i++) {
    const response = await fetch(server.url('/new'))
    await response.arrayBuffer()
    const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0]
    // Bare http sets none: one as long as theirs.
    cookies.push(cookie ?? `connect.sid=s%3A${'x'.repeat(32)}.${'y'.repeat(43)}`)
  }
  return cookies
}
