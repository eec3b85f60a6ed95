import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { App, Door, Handler } from '../doors/door.ts'
import { fetchDoor } from '../doors/fetch-door.ts'
import { nodeDoor } from '../doors/node-door.ts'
import { DbscBrowser, jwt, keysOf, refreshProof, registrationProof } from '../support/dbsc-browser.ts'
import { MapStore } from '../support/map-backend.ts'

const MINUTE = 60_000
const REGISTER = '/dbsc/register'
const REFRESH = '/dbsc/refresh'

const app: Handler = async exchange => {
  if (exchange.path === '/login') {
    await exchange.session!.regenerate({ keep: false })
    Object.assign(exchange.session as object, { user: 'Ada' })
  }
  return { body: `${exchange.session?.user ?? 'nobody'} ${exchange.session?.bound}` }
}

const thief = keysOf('ES256', 'thief')
const victim = keysOf('ES256', 'browser')

let store: MapStore
let site: App

/** A bound session, whose thief has its cookies but not its key. */
async function victimOf(): Promise<DbscBrowser> {
  const browser = new DbscBrowser(site, victim)
  await browser.request('/login')
  return browser
}

function post(path: string, cookie: string, headers: Record<string, string> = {}) {
  return site.request(path, { method: 'POST', cookie, headers })
}

function idOf({ sessions }: DbscBrowser): string {
  return [...sessions.keys()][0]!
}

/** A fresh challenge for the browser's session. */
async function challengeFor(browser: DbscBrowser): Promise<string> {
  const got = await post(REFRESH, browser.stolen(), { 'Sec-Secure-Session-Id': `"${idOf(browser)}"` })
  expect([got.status, got.setCookie]).toEqual([403, []])
  return /^"([\w-]+)";id="[\w-]+"$/.exec(got.headers.get('Secure-Session-Challenge')!)![1]!
}

function refresh(browser: DbscBrowser, proof: string, headers: Record<string, string> = {}) {
  const id = { 'Sec-Secure-Session-Id': `"${idOf(browser)}"`, 'Secure-Session-Response': `"${proof}"` }
  return post(REFRESH, browser.stolen(), { ...id, ...headers })
}

/** A login whose registration has not happened yet. */
async function offered() {
  const got = await site.request('/login')
  const [, challenge] = /challenge="([^"]+)"/.exec(got.headers.get('Secure-Session-Registration')!)!
  return { cookie: got.setCookie[0]!.split(';')[0]!, challenge: challenge! }
}

function register(cookie: string, proof: string, headers: Record<string, string> = {}) {
  return post(REGISTER, cookie, { 'Secure-Session-Response': `"${proof}"`, ...headers })
}

/** The parts of a JWT that nobody has signed. */
function unsigned(header: object, payload: object, signature = ''): string {
  const parts = [header, payload].map(one => Buffer.from(JSON.stringify(one)).toString('base64url'))
  return `${parts.join('.')}.${signature}`
}

function hs256(challenge: string, header: object = {}): string {
  const text = unsigned({ alg: 'HS256', typ: 'dbsc+jwt', ...header }, { jti: challenge }).slice(0, -1)
  // The classic: the public key as the secret.
  return `${text}.${createHmac('sha256', JSON.stringify(victim.jwk)).update(text).digest('base64url')}`
}

const HEADER = { alg: 'ES256', typ: 'dbsc+jwt' }

/** Proofs that are none, each with a challenge that is good. */
const FORGED: Record<string, (challenge: string) => string> = {
  'of a foreign key': challenge => refreshProof(thief, challenge),
  'with the algorithm none': challenge => unsigned({ ...HEADER, alg: 'none' }, { jti: challenge }),
  'with the algorithm none and a signature': challenge =>
    unsigned({ ...HEADER, alg: 'none' }, { jti: challenge }, 'AAAA'),
  'with HS256 and the public key as secret': challenge => hs256(challenge),
  'with RS256 in the header': challenge => jwt({ ...HEADER, alg: 'RS256' }, { jti: challenge }, victim),
  'without an algorithm': challenge => jwt({ typ: 'dbsc+jwt' }, { jti: challenge }, victim),
  'with the key of the thief in the header': challenge => registrationProof(thief, challenge),
  'with its own key in the header': challenge => registrationProof(victim, challenge),
  'of another type': challenge => jwt({ ...HEADER, typ: 'JWT' }, { jti: challenge }, victim),
  'with a critical extension': challenge =>
    jwt({ ...HEADER, crit: ['b64'], b64: false }, { jti: challenge }, victim),
  'whose challenge is no text': challenge => jwt(HEADER, { jti: [challenge] }, victim),
  'without a challenge': () => jwt(HEADER, {}, victim),
  'whose payload is a text': challenge => jwt(HEADER, JSON.stringify(challenge), victim),
  'whose header is null': challenge => jwt('null', { jti: challenge }, victim),
  'whose header is no JSON': challenge => jwt('{', { jti: challenge }, victim),
  'whose payload was changed': challenge => {
    const [head, , signature] = refreshProof(victim, 'other').split('.')
    return [head, Buffer.from(JSON.stringify({ jti: challenge })).toString('base64url'), signature].join('.')
  },
  'whose signature is cut off': challenge => refreshProof(victim, challenge).slice(0, -10),
  'with an empty signature': challenge => refreshProof(victim, challenge).replace(/[^.]*$/, ''),
  'with four parts': challenge => `${refreshProof(victim, challenge)}.AAAA`,
  'with two parts': challenge => refreshProof(victim, challenge).replace(/\.[^.]*$/, ''),
  'with characters of base64': challenge => refreshProof(victim, challenge).replace(/.$/, '+'),
  'of 5,000 characters': challenge => jwt({ ...HEADER, x: 'x'.repeat(5000) }, { jti: challenge }, victim),
  'that is no JWT': () => 'proof',
}

for (const door of [nodeDoor, fetchDoor] as Door[]) {
  describe(`dbsc, hostile clients: ${door.name}`, () => {
    beforeEach(async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
      store = new MapStore()
      site = await door.start(app, { store, dbsc: { require: true } })
    })
    afterEach(() => void vi.useRealTimers())
    const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms)

    it.each(Object.keys(FORGED))('refresh: a proof %s gets no cookie', async name => {
      const browser = await victimOf()
      const challenge = await challengeFor(browser)
      const got = await refresh(browser, FORGED[name]!(challenge))
      expect([got.status, got.setCookie, got.headers.get('Cache-Control')]).toEqual([400, [], 'no-store'])
      // The challenge is still good for the device.
      expect((await refresh(browser, refreshProof(victim, challenge))).status).toBe(200)
    })

    it('refresh: a challenge that was used is refused, and the first seconds gain nothing', async () => {
      const browser = await victimOf()
      const proof = refreshProof(victim, await challengeFor(browser))
      pass(11 * MINUTE)
      const late = refreshProof(victim, await challengeFor(browser))
      const first = await refresh(browser, late)
      expect(first.status).toBe(200)
      pass(3000)
      const again = await refresh(browser, late)
      const value = (line: string) => line.split(';')[0]
      expect(again.setCookie.map(value)).toEqual(first.setCookie.map(value))
      expect(again.setCookie[0]).toMatch(/; Max-Age=597$/)
      pass(8000)
      for (const replayed of [late, proof]) {
        const got = await refresh(browser, replayed)
        expect([got.status, got.setCookie]).toEqual([403, []])
      }
    })

    it('refresh: a challenge of two minutes ago has expired', async () => {
      const browser = await victimOf()
      const challenge = await challengeFor(browser)
      pass(2 * MINUTE)
      const got = await refresh(browser, refreshProof(victim, challenge))
      expect([got.status, got.setCookie]).toEqual([403, []])
      const [, fresh] = /^"([\w-]+)"/.exec(got.headers.get('Secure-Session-Challenge')!)!
      expect(fresh).not.toBe(challenge)
      expect((await refresh(browser, refreshProof(victim, fresh!))).status).toBe(200)
    })

    it('refresh: the challenge before the last one is good, and the one before that is not', async () => {
      const browser = await victimOf()
      const challenges: string[] = []
      for (let i = 0; i < 3; i++) {
        pass(31_000)
        challenges.push(await challengeFor(browser))
      }
      expect(new Set(challenges).size).toBe(3)
      const statuses: number[] = []
      for (const one of challenges) statuses.push((await refresh(browser, refreshProof(victim, one))).status)
      expect(statuses).toEqual([403, 200, 200])
    })

    it('refresh: a challenge that the server has not made, or made for another session, is refused', async () => {
      const [browser, other] = [await victimOf(), await victimOf()]
      const foreign = await challengeFor(other)
      const { challenge } = await offered()
      for (const one of ['', 'made-up', foreign, challenge]) {
        const got = await refresh(browser, refreshProof(victim, one))
        expect([got.status, got.setCookie]).toEqual([403, []])
      }
    })

    it("refresh: another session's identifier gets no cookie", async () => {
      const [browser, other] = [await victimOf(), await victimOf()]
      const proof = refreshProof(victim, await challengeFor(browser))
      for (const id of [idOf(other), 'made-up', '']) {
        const got = await refresh(browser, proof, { 'Sec-Secure-Session-Id': `"${id}"` })
        expect([got.text, got.setCookie]).toEqual(['{"continue":false}', []])
      }
    })

    it("refresh: another user's cookie gets no cookie for the identifier of the victim", async () => {
      const browser = await victimOf()
      const own = new DbscBrowser(site, thief)
      await own.request('/login')
      const proof = refreshProof(thief, await challengeFor(own))
      const got = await post(REFRESH, own.stolen(), {
        'Sec-Secure-Session-Id': `"${idOf(browser)}"`,
        'Secure-Session-Response': proof,
      })
      expect([got.text, got.setCookie]).toEqual(['{"continue":false}', []])
    })

    it('refresh: without the identifier of the session there is nothing', async () => {
      const browser = await victimOf()
      const proof = refreshProof(victim, await challengeFor(browser))
      for (const headers of [{}, { 'Secure-Session-Response': proof }, { 'Sec-Secure-Session-Id': '"a' }]) {
        const got = await post(REFRESH, browser.stolen(), headers as Record<string, string>)
        expect([got.status, got.setCookie, got.headers.get('Secure-Session-Challenge')]).toEqual([
          400,
          [],
          null,
        ])
      }
    })

    it.each([REGISTER, REFRESH])('%s: a request from another site is refused', async path => {
      const browser = await victimOf()
      const { cookie, challenge } = await offered()
      const cross = { 'Sec-Fetch-Site': 'cross-site' }
      const send = async (headers: Record<string, string>) =>
        path === REGISTER
          ? register(cookie, registrationProof(victim, challenge), headers)
          : refresh(browser, refreshProof(victim, await challengeFor(browser)), headers)
      const got = await send(cross)
      expect([got.status, got.setCookie, got.headers.get('Secure-Session-Challenge')]).toEqual([
        403,
        [],
        null,
      ])
      expect((await send({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200)
    })

    it('register: a thief with the cookie alone cannot bind the session', async () => {
      const { cookie } = await offered()
      const { challenge } = await offered()
      for (const one of [challenge, '', 'made-up', `${Date.now().toString(36)}.`]) {
        const got = await register(cookie, registrationProof(thief, one))
        expect([got.status, got.setCookie]).toEqual([403, []])
      }
      expect((await site.request('/me', { cookie })).text).toBe('Ada false')
    })

    it('register: a session that is bound keeps its key, also for a thief who has seen the challenge', async () => {
      const { cookie, challenge } = await offered()
      expect((await register(cookie, registrationProof(victim, challenge))).status).toBe(200)
      for (const keys of [thief, victim]) {
        const got = await register(cookie, registrationProof(keys, challenge))
        expect([got.status, got.setCookie]).toEqual([403, []])
      }
    })

    it('register: of two keys at the same time one is bound', async () => {
      const { cookie, challenge } = await offered()
      store.delay = 5
      const all = [thief, victim].map(keys => register(cookie, registrationProof(keys, challenge)))
      expect((await Promise.all(all)).map(({ status }) => status).sort()).toEqual([200, 403])
    })

    it('register: the challenge of two minutes ago has expired', async () => {
      const { cookie, challenge } = await offered()
      pass(2 * MINUTE)
      expect((await register(cookie, registrationProof(victim, challenge))).status).toBe(403)
    })

    it.each<[string, object]>([
      ['no key', {}],
      ['a key that is null', { jwk: null }],
      ['a symmetric key', { jwk: { kty: 'oct', k: 'AAAA' } }],
      ['another curve', { jwk: { ...victim.jwk, crv: 'P-384' } }],
      ['a point that is not on the curve', { jwk: { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' } }],
      ['numbers for a key', { jwk: { kty: 'EC', crv: 'P-256', x: 1, y: 2 } }],
      ['an Ed25519 key', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } }],
    ])('register: %s is refused', async (_, header) => {
      const { cookie, challenge } = await offered()
      const got = await register(cookie, jwt({ ...HEADER, ...header }, { jti: challenge }, victim))
      expect([got.status, got.setCookie]).toEqual([400, []])
    })

    it('register: an RSA key of 1,024 bits is refused', async () => {
      const { cookie, challenge } = await offered()
      const got = await register(cookie, registrationProof(keysOf('RS256', 'weak', 1024), challenge))
      expect([got.status, got.setCookie]).toEqual([400, []])
    })

    it('register: only the public part of a key is stored', async () => {
      const { cookie, challenge } = await offered()
      const jwk = { ...victim.privateKey.export({ format: 'jwk' }), kid: 'mine' }
      expect((await register(cookie, jwt({ ...HEADER, jwk }, { jti: challenge }, victim))).status).toBe(200)
      const stored = JSON.parse([...store.rows.values()].at(-1)!.data)
      expect(Object.keys(JSON.parse(stored['coatcheck.device']).key)).toEqual(['kty', 'crv', 'x', 'y'])
    })

    it.each([REGISTER, REFRESH])('%s: without a session there is nothing to bind', async path => {
      const { challenge } = await offered()
      const headers = {
        'Sec-Secure-Session-Id': '"a"',
        'Secure-Session-Response': registrationProof(victim, challenge),
      }
      for (const cookie of ['', 'connect.sid=s%3Aforged.signature']) {
        const got = await post(path, cookie, headers)
        expect([path === REGISTER ? got.status : got.text, got.setCookie]).toEqual([
          path === REGISTER ? 403 : '{"continue":false}',
          [],
        ])
      }
    })

    it('the bound cookie of one session is none for another, nor one with a later time', async () => {
      const [browser, other] = [await victimOf(), await victimOf()]
      pass(MINUTE)
      const sid = browser.stolen('-bound')
      const bound = other
        .stolen()
        .split('; ')
        .find(pair => pair.includes('-bound'))!
      const [time, mac] = browser.cookies.get('connect.sid-bound')!.value.split('.') as [string, string]
      const later = `connect.sid-bound=${(Number.parseInt(time, 36) + MINUTE).toString(36)}.${mac}`
      for (const one of [
        bound,
        later,
        'connect.sid-bound=',
        'connect.sid-bound=zzz.',
        `connect.sid-bound=${time}`,
      ])
        expect((await site.request('/me', { cookie: `${sid}; ${one}` })).status).toBe(401)
      expect((await site.request('/me', { cookie: browser.stolen() })).status).toBe(200)
    })

    it('the challenge of a registration is no bound cookie', async () => {
      const browser = await victimOf()
      const { challenge } = await offered()
      pass(MINUTE)
      const cookie = `${browser.stolen('-bound')}; connect.sid-bound=${challenge}`
      expect((await site.request('/me', { cookie })).status).toBe(401)
    })

    it('ten wrong proofs of a session in a minute are one too many: then it waits, and others do not', async () => {
      const [browser, other] = [await victimOf(), await victimOf()]
      const challenge = await challengeFor(browser)
      for (let i = 0; i < 10; i++)
        expect((await refresh(browser, refreshProof(thief, challenge))).status).toBe(400)
      const got = await refresh(browser, refreshProof(victim, challenge))
      expect([got.status, got.setCookie, got.headers.get('Retry-After')]).toEqual([429, [], '60'])
      expect(got.headers.get('Cache-Control')).toBe('no-store')
      expect((await refresh(other, refreshProof(victim, await challengeFor(other)))).status).toBe(200)
      pass(MINUTE)
      expect((await refresh(browser, refreshProof(victim, challenge))).status).toBe(200)
    })

    it('a store that fails is no end of the session: the browser tries again later', async () => {
      const browser = await victimOf()
      store.failing = { all: new Error('down') }
      const got = await refresh(browser, 'proof')
      expect([got.status, got.setCookie, got.headers.get('Cache-Control')]).toEqual([503, [], 'no-store'])
      store.failing = {}
      expect((await refresh(browser, refreshProof(victim, await challengeFor(browser)))).status).toBe(200)
    })
  })
}
