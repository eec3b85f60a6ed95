import { randomBytes } from 'node:crypto'
import type { Secret } from '../cookie/secret.ts'
import { hasCode } from '../errors.ts'
import { DEVICE, deviceIn } from '../session/device.ts'
import { type Answer, answerWith } from './answer.ts'
import { countWrong, retryAfter } from './attempts.ts'
import { boundName, CHALLENGE_LIFE, type Challenge, type Device, OVERTAKEN } from './device.ts'
import type { Dbsc } from './options.ts'
import { proofIn, stringIn } from './proof.ts'
import { stamp, timeIn } from './stamp.ts'

/** What the routes need of a request and its store. */
export interface DeviceRequest {
  readonly dbsc: Dbsc<never>
  readonly path: string
  /** The name of the session's cookie. */
  readonly name: string
  /** The first signs, all verify. */
  readonly secrets: readonly Secret[]
  /** Verified ids that the client sent. */
  readonly ids: readonly string[]
  header(name: string): string | undefined
  /** The `Set-Cookie` value of a cookie that lives this many milliseconds; without `maxAge`, its attributes alone. */
  cookie(name: string, value: string, maxAge?: number): string
  /** Change a stored session in one atomic step: `update` of the store. */
  update(sid: string, change: (session: object) => void): Promise<unknown>
}

/** The browser has no such session any more. */
const ENDED = answerWith(200, {}, { continue: false })
const REFUSED = answerWith(403)
const MALFORMED = answerWith(400)

/** Answer a request for one of the two paths. Rejects when the store fails. */
export async function answer(request: DeviceRequest): Promise<Answer> {
  if (request.header('sec-fetch-site') === 'cross-site') return REFUSED
  const registers = request.path === request.dbsc.register
  let last = registers ? REFUSED : ENDED
  for (const sid of request.ids) {
    const seconds = retryAfter(sid)
    if (seconds !== undefined) return answerWith(429, { 'Retry-After': String(seconds) })
    const change = registers ? registration(request, sid) : refresh(request)
    let given: Answer | undefined
    try {
      await request.update(sid, session => {
        given = change(session as Stored)
      })
    } catch (error) {
      if (!hasCode(error, 'ERR_SESSION_GONE')) throw error
      continue
    }
    last = given ?? last
    if (last === MALFORMED) countWrong(sid)
    if (last !== ENDED && last !== REFUSED) break
  }
  return last
}

/** A session whose device is written. */
type Stored = { [DEVICE]?: string }

type Change = (session: Stored) => Answer

/** Store the key of the device. The challenge shows that the client has got the response that gave it the session. */
function registration(request: DeviceRequest, sid: string): Change {
  const proof = proofIn(request.header('secure-session-response') ?? '')
  return session => {
    if (!proof) return MALFORMED
    const now = Date.now()
    const made = timeIn(proof.challenge, request.secrets, 'register', sid)
    if (!(now < made + CHALLENGE_LIFE) || deviceIn(session) !== undefined) return REFUSED
    const id = randomBytes(16).toString('base64url')
    const device: Device = { id, key: proof.key, since: now, challenges: [] }
    session[DEVICE] = JSON.stringify(device)
    return granted(request, device, now)
  }
}

/** Give a client that has signed a recent challenge a new bound cookie, and any other one a challenge. */
function refresh(request: DeviceRequest): Change {
  const id = stringIn(request.header('sec-secure-session-id'))
  const response = request.header('secure-session-response')
  return session => {
    const device = JSON.parse(deviceIn(session) ?? '{}') as Device
    if (id === undefined) return MALFORMED
    if (device.id !== id) return ENDED
    if (response === undefined) return challenged(session, device)
    const proof = proofIn(response, device.key)
    if (!proof) return MALFORMED
    const now = Date.now()
    const { used, challenges } = device
    // Two tabs have refreshed with one challenge, or the first answer was lost: the cookie ends when that of the first one does.
    if (used?.[0] === proof.challenge && now < used[1] + OVERTAKEN) return granted(request, device, used[1])
    const recent = challenges.filter(one => isRecent(one, CHALLENGE_LIFE))
    if (!recent.some(([text]) => text === proof.challenge)) return challenged(session, device)
    const left = recent.filter(([text]) => text !== proof.challenge)
    session[DEVICE] = JSON.stringify({ ...device, challenges: left, used: [proof.challenge, now] })
    return granted(request, device, now)
  }
}

function isRecent([, time]: Challenge, life: number): boolean {
  return Date.now() < time + life
}

/** Refreshes at the same time get the same challenge, so that none outdates those of the others. */
function challenged(session: Stored, device: Device): Answer {
  let [newest] = device.challenges
  if (!newest || !isRecent(newest, CHALLENGE_LIFE / 4)) {
    const before = device.challenges.slice(0, 1)
    newest = [randomBytes(16).toString('base64url'), Date.now()]
    session[DEVICE] = JSON.stringify({ ...device, challenges: [newest, ...before] })
  }
  return answerWith(403, { 'Secure-Session-Challenge': `"${newest[0]}";id="${device.id}"` })
}

/** The bound cookie, and what the browser has to know of it. `from`: when the proof was given first. */
function granted({ dbsc, secrets, name, cookie }: DeviceRequest, { id }: Device, from: number): Answer {
  const until = from + dbsc.maxAge
  const value = stamp(secrets[0] as Secret, 'bound', id, until)
  const bound = boundName(name)
  return answerWith(
    200,
    { 'Set-Cookie': cookie(bound, value, until - Date.now()) },
    {
      session_identifier: id,
      refresh_url: dbsc.refresh,
      scope: { include_site: false },
      credentials: [{ type: 'cookie', name: bound, attributes: cookie(bound, '').replace(/^[^;]*;? */, '') }],
    },
  )
}
