import { LOADED } from './loaded.ts'
import { Session } from './session.ts'
import { stateOf } from './session-state.ts'

/** A registered symbol: `Tombstones` of another copy of this package use it. */
export const KNOWN: unique symbol = Symbol.for('coatcheck.known')

/**
 * The session of a request. Its store notes how it was stored, so that no later save brings it back. A method that is assigned to it stays
 * out of its data.
 */
export class LiveSession extends Session {}

/** Keep the value of a property in the session's state. */
function inState(name: 'loaded' | 'known'): PropertyDescriptor {
  return {
    get(this: object) {
      return stateOf(this)[name]
    },
    set(this: object, value: undefined) {
      stateOf(this)[name] = value
    },
  }
}

/** A method of the prototype. An application or a tracer that assigns another one makes an own property of it, as in express-session. */
function assignable(name: 'save' | 'reload'): PropertyDescriptor {
  return {
    get: () => Session.prototype[name],
    set(this: object, value: unknown) {
      Object.defineProperty(this, name, { value, configurable: true, writable: true })
    },
  }
}

Object.defineProperties(LiveSession.prototype, {
  constructor: { value: Session, writable: true },
  save: assignable('save'),
  reload: assignable('reload'),
  [LOADED]: inState('loaded'),
  [KNOWN]: inState('known'),
})
