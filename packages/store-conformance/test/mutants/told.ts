import type { Data } from './reference.ts'

const read = Symbol.for('coatcheck.read')

/** Notes on a session whether the read has renewed it. */
export function tell(session: Data, renewed: boolean): Data {
  return Object.defineProperty(session, read, { value: { renewed }, configurable: true })
}

export function isRenewed(session: Data): boolean {
  return session?.[read]?.renewed === true
}

/** Why a conditional update wrote nothing. */
export function failure(result: 'changed' | 'missing'): Error {
  const code = result === 'changed' ? 'ERR_SESSION_CHANGED' : 'ERR_SESSION_GONE'
  return Object.assign(new Error(`the session was ${result}`), { code })
}
