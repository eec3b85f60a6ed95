import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { runModule, useBuilt } from '../support/child.ts'

const page = readFileSync(new URL('../../../../docs/observability.md', import.meta.url), 'utf8')
const built = useBuilt({ stores: ['store-memory'] })

const RECIPES = ['otel-metrics', 'otel-spans', 'prom-client', 'audit']

beforeAll(async () => {
  for (const name of RECIPES) {
    const [, source] = new RegExp(`^\`\`\`js ${name}\n(.*?)^\`\`\`$`, 'ms').exec(page)!
    await writeFile(join(built.folder, `${name}.mjs`), source!)
  }
})

/** An Express app with two users, one of whom logs in and out, and a guesser. `visit` calls it. */
const app = `
  import { once } from 'node:events'
  import express from 'express'
  import session from '@coatcheck/session'
  import { MemoryStore } from '@coatcheck/store-memory'
  const store = new MemoryStore()
  const app = express()
  export const before = express.Router()
  export const after = express.Router()
  app.use(before, session.strict({ secret: 'a secret of thirty-two characters', store, onError() {} }), after)
  app.post('/cart', (req, res) => { req.session.cart = ['coat']; res.end() })
  app.post('/login', async (req, res) => {
    await req.session.regenerate({ keep: true, data: { user: 'u-17' } })
    res.end()
  })
  app.post('/logout', async (req, res) => { await req.session.destroy(); res.end() })
  app.get('/', (req, res) => res.end())
  app.use((error, req, res, next) => res.status(500).end())
  const server = app.listen(0)
  await once(server, 'listening')
  let cookie = ''
  async function visit(path, method = 'POST', headers = { cookie, 'user-agent': 'Firefox' }) {
    const reply = await fetch('http://127.0.0.1:' + server.address().port + path, { method, headers })
    await reply.text()
    cookie = reply.headers.getSetCookie()[0]?.split(';')[0] || cookie
  }
  export async function story() {
    await visit('/cart')
    await visit('/?token=secret', 'GET')
    await visit('/login')
    const stolen = cookie
    await visit('/logout')
    await visit('/', 'GET', { cookie: stolen })
    await visit('/', 'GET', { cookie: 'connect.sid=s%3Aguess.guess' })
    const get = store.get
    cookie = stolen
    store.get = (sid, done) => setImmediate(done, Object.assign(new Error('down ' + sid), { code: 'ECONNREFUSED' }))
    await visit('/', 'GET')
    store.get = get
    server.close()
    server.closeAllConnections()
    return { ids: [...new Set([stolen])].map(text => decodeURIComponent(text).slice(14, 46)) }
  }
`

async function run(source: string) {
  await writeFile(join(built.folder, 'app.mjs'), app)
  const { stdout, stderr, code } = await runModule(built.folder, source)
  expect([code, stderr]).toEqual([0, ''])
  return stdout.trim()
}

it('OpenTelemetry metrics: the recipe counts events and times operations', async () => {
  const out = await run(`
    import { metrics } from '@opentelemetry/api'
    import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
    await import('./otel-metrics.mjs')
    const { story } = await import('./app.mjs')
    await story()
    await reader.forceFlush()
    const found = {}
    for (const { descriptor, dataPoints } of exporter.getMetrics()[0].scopeMetrics[0].metrics) {
      for (const { attributes, value } of dataPoints) {
        const name = [descriptor.name, ...Object.values(attributes).filter(Boolean)].join(' ')
        found[name] = value.count ?? value
      }
    }
    console.log(JSON.stringify(found))
    process.exit()
  `)
  expect(JSON.parse(out)).toEqual({
    'session.events created': 2,
    'session.events renewed': 1,
    'session.events destroyed replaced': 1,
    'session.events destroyed destroyed': 1,
    'session.events rejected unknown': 1,
    'session.events rejected signature': 1,
    'session.operation.duration save': 1,
    'session.operation.duration load': 4,
    'session.operation.duration load Error': 1,
    'session.operation.duration regenerate': 1,
    'session.operation.duration destroy': 1,
  })
})

it('prom-client: the recipe counts events and times operations', async () => {
  const out = await run(`
    import { register } from 'prom-client'
    import './prom-client.mjs'
    import { story } from './app.mjs'
    await story()
    console.log(await register.metrics())
    process.exit()
  `)
  for (const line of [
    'session_events_total{event="created",reason=""} 2',
    'session_events_total{event="renewed",reason=""} 1',
    'session_events_total{event="destroyed",reason="destroyed"} 1',
    'session_events_total{event="rejected",reason="signature"} 1',
    'session_operation_seconds_count{operation="load",error=""} 4',
    'session_operation_seconds_count{operation="load",error="Error"} 1',
    'session_operation_seconds_count{operation="regenerate",error=""} 1',
  ]) {
    expect(out.split('\n')).toContain(line)
  }
})

it('OpenTelemetry spans: each operation is a child of its request, and the handler is not a child of the load', async () => {
  const out = await run(`
    import { context, trace } from '@opentelemetry/api'
    import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
    import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const exporter = new InMemorySpanExporter()
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
    await import('./otel-spans.mjs')
    const { before, after, story } = await import('./app.mjs')
    const tracer = trace.getTracer('app')
    before.use((req, res, next) => {
      const span = tracer.startSpan(req.method + ' ' + req.path)
      res.on('close', () => span.end())
      context.with(trace.setSpan(context.active(), span), next)
    })
    after.use((req, res, next) => {
      tracer.startSpan('handler').end()
      next()
    })
    await story()
    await new Promise(resolve => setTimeout(resolve, 100))
    const spans = exporter.getFinishedSpans()
    const names = new Map(spans.map(span => [span.spanContext().spanId, span.name]))
    console.log(JSON.stringify(spans.map(({ name, parentSpanContext, status, attributes }) => ({
      name, parent: names.get(parentSpanContext?.spanId), status, present: attributes['session.present'],
    }))))
    process.exit()
  `)
  const spans = JSON.parse(out) as { name: string; parent?: string; status: object; present?: boolean }[]
  const of = (parent: string) =>
    spans.filter(span => span.parent === parent).map(({ name, present }) => [name, present])
  expect(of('POST /login')).toEqual([
    ['session load', true],
    ['handler', undefined],
    ['session regenerate', true],
  ])
  expect(of('POST /logout')).toEqual([
    ['session load', true],
    ['handler', undefined],
    ['session destroy', true],
  ])
  expect(spans.filter(({ status }) => (status as { code: number }).code === 2)).toEqual([
    { name: 'session load', parent: 'GET /', status: { code: 2, message: 'ECONNREFUSED' } },
  ])
})

it('audit log: each line says when, where, who and what, with its result, and has no id, data or query', async () => {
  const out = await run(`
    import { afterSessions, beforeSessions } from './audit.mjs'
    import { after, before, story } from './app.mjs'
    before.use(beforeSessions)
    after.use(afterSessions)
    const { ids } = await story()
    console.log(JSON.stringify(ids))
    process.exit()
  `)
  const lines = out.split('\n')
  const [id] = JSON.parse(lines.pop()!) as [string]
  expect(id).toMatch(/^[\w-]{32}$/)
  expect(lines.join('\n')).not.toMatch(new RegExp(`${id}|coat|secret|token|connect\\.sid`))
  const entries = lines.map(line => JSON.parse(line) as Record<string, string | undefined>)
  for (const entry of entries) {
    expect(entry).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      app: 'shop',
      host: expect.stringMatching(/./),
      address: expect.stringMatching(/127\.0\.0\.1$/),
      agent: expect.any(String),
    })
  }
  const told = entries.map(({ event, level, result, reason, user, request }) => {
    return [event, level, result, reason, user, request].join(' ')
  })
  expect(told).toEqual([
    'session_created INFO success   POST /cart',
    'session_created INFO success  u-17 POST /login',
    'session_id_renewed INFO success  u-17 POST /login',
    'session_logout INFO success destroyed u-17 POST /logout',
    'session_rejected WARN denied unknown  GET /',
    'session_rejected WARN denied signature  GET /',
  ])
  const [cart, login, renewal, logout, unknown] = entries.map(({ session }) => session)
  expect(entries[2]?.previous).toBe(cart)
  expect([login, logout, unknown]).toEqual([renewal, renewal, renewal])
})
