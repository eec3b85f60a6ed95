import { once } from 'node:events'
import { connect, createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { hasSession } from '../support/handlers.ts'
import { deferred, readSetCookie, SECRET, start } from '../support/http.ts'
import { ours } from '../support/ours.ts'
import type { Request } from '../support/types.ts'

/** Warnings of ours from here to the end of the test. */
function warnings(): { message: string; code?: string }[] {
  const heard: { message: string; code?: string }[] = []
  const listen = (warning: Error & { code?: string }) => {
    if (warning.code === 'COATCHECK_SECURE_COOKIE_WITHHELD') heard.push(warning)
  }
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  return heard
}

it('secure: a cookie that is withheld is told of once', async () => {
  const heard = warnings()
  const app = await start(ours, hasSession, { cookie: { secure: true } })
  for (let i = 0; i < 3; i++) expect((await app.get()).setCookie).toEqual([])
  expect(heard).toHaveLength(1)
  expect(heard[0]).toMatchObject({ code: 'COATCHECK_SECURE_COOKIE_WITHHELD' })
  expect(heard[0]!.message).toMatch(/"connect\.sid" is secure .* X-Forwarded-Proto/)
})

it('secure: the warning names the option where a proxy has said that it speaks HTTPS', async () => {
  const heard = warnings()
  const app = await start(ours, hasSession, { cookie: { secure: true } })
  await app.get('/', { headers: { 'X-Forwarded-Proto': 'https' } })
  expect(heard).toHaveLength(1)
  expect(heard[0]!.message).toMatch(/trust proxy/)
})

it('secure: the warning says so where a proxy has said that it speaks HTTP', async () => {
  const heard = warnings()
  const app = await start(ours, hasSession, { cookie: { secure: true }, proxy: true })
  await app.get('/', { headers: { 'X-Forwarded-Proto': 'http' } })
  expect(heard).toHaveLength(1)
  expect(heard[0]!.message).toMatch(/does not say "https"/)
})

it('secure: each middleware has its own warning, and one that sends its cookie has none', async () => {
  const heard = warnings()
  for (const name of ['one', 'two']) {
    const app = await start(ours, hasSession, { name, cookie: { secure: true } })
    await app.get()
  }
  const fine = await start(ours, hasSession, { cookie: { secure: true }, proxy: true })
  const reply = await fine.get('/', { headers: { 'X-Forwarded-Proto': 'https' } })
  expect(readSetCookie(reply)).toBeDefined()
  expect(heard.map(({ message }) => /"(\w+)"/.exec(message)?.[1])).toEqual(['one', 'two'])
})

it("cookie: a function may answer 'auto'", async () => {
  const cookie = (req: Request) => ({
    secure: 'auto',
    sameSite: 'auto',
    path: '/',
    maxAge: req.url === '/' ? 1000 : 2000,
  })
  const app = await start(ours, hasSession, { cookie, proxy: true })
  expect(readSetCookie(await app.get())?.attributes).toMatchObject({ SameSite: 'Lax' })
  expect(readSetCookie(await app.get())?.attributes).not.toHaveProperty('Secure')
  const secure = await app.get('/', { headers: { 'X-Forwarded-Proto': 'https' } })
  expect(readSetCookie(secure)?.attributes).toMatchObject({ SameSite: 'None', Secure: true })
  expect(app.errors).toEqual([])
})

it("secure: 'auto' behind a proxy that nobody believes is a warning, once", async () => {
  const heard: string[] = []
  const listen = (warning: Error & { code?: string }) => {
    if (warning.code === 'COATCHECK_UNTRUSTED_PROXY') heard.push(warning.message)
  }
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  const app = await start(ours.strict as never, hasSession)
  const headers = { 'X-Forwarded-Proto': 'https' }
  for (let i = 0; i < 3; i++) await app.get('/', { headers })
  expect(heard).toEqual([expect.stringMatching(/trust proxy/)])
  const trusting = await start(ours.strict as never, hasSession, { proxy: true } as never)
  await trusting.get('/', { headers })
  expect(heard).toHaveLength(1)
})

it("secure: 'auto' with a cookie that browsers keep over HTTPS only is a warning where the request tells", async () => {
  const heard: string[] = []
  const listen = (warning: Error & { code?: string }) => {
    if (warning.code === 'COATCHECK_COOKIE_REJECTED') heard.push(warning.message)
  }
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  const app = await start(ours.strict as never, hasSession, { name: '__Host-sid' })
  for (let i = 0; i < 3; i++) await app.get('/')
  expect(heard).toEqual([expect.stringMatching(/"__Host-"/)])
})

it('secure: a request over HTTPS that its client cancels makes no warning, and leaves that of others', async () => {
  const heard = warnings()
  // TLS without a certificate, so that no key has to lie in the repository.
  const anonymous = { ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2', dhparam: 'auto' } as const
  const middleware = ours({
    secret: SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true },
  })
  const [arrived, ended] = [deferred(), deferred()]
  const server = createSecureServer(anonymous, (req, res) => {
    middleware(req as never, res as never, async () => {
      ;(req as unknown as Request).session.user = 'Ada'
      if (req.url !== '/cancelled') return res.end('page')
      arrived.resolve()
      await once(req.stream, 'close')
      res.end('nobody hears this')
      ended.resolve()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = connect(url, {
    ...anonymous,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  const cancelled = client.request({ ':path': '/cancelled' })
  cancelled.on('error', () => {})
  await arrived.promise
  cancelled.close(8)
  await ended.promise
  await new Promise(setImmediate)
  expect(heard).toEqual([])
  const page = client.request({ ':path': '/' })
  const [headers] = await once(page, 'response')
  expect(headers['set-cookie']).toHaveLength(1)
})
