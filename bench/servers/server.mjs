// A server for a child process: node:http with or without a session middleware. Sends its port, and then answers questions.
import { createServer } from 'node:http'
import { answerParent, memoryOf, usageOf } from './answers.mjs'
import { makeApp } from './app.mjs'
import { countJson } from './json-counts.mjs'
import { makeMiddleware } from './middlewares.mjs'

// `{ middleware, store, url, kilobytes, options, countJson, keepAlive }`: see `makeMiddleware`.
const config = JSON.parse(process.argv[2])
const app = makeApp(config.middleware, config.kilobytes)
const { middleware, clear, close } = await makeMiddleware(config)
const counts = config.countJson ? countJson() : undefined

let requests = 0
const server = createServer((req, res) => {
  requests++
  if (!middleware) return app(req, res)
  middleware(req, res, error => {
    if (!error) return app(req, res)
    console.error(error)
    res.statusCode = 500
    res.end()
  })
})

if (config.keepAlive) server.keepAliveTimeout = 0

answerParent({
  usage: () => usageOf(requests),
  async clear() {
    await clear()
    globalThis.gc?.()
    return {}
  },
  json: () => counts,
  memory: memoryOf,
  held: () => ({ count: app.held() }),
  stop: close,
})

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
