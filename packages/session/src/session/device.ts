import { ignore } from './member.ts'

/**
 * The key of the data that keeps the device to which a session is bound: the option `dbsc`. It is in the data, because express-session
 * keeps keys of the data that it does not know. Its value is a text that only the room `dbsc/` reads.
 */
export const DEVICE = 'coatcheck.device'

/** The text itself. An application that lets its users choose names of keys cannot reach it. */
const NOTE: unique symbol = Symbol.for('coatcheck.device')

interface Noted {
  [NOTE]?: string
}

/** The device of a live session, as text. */
export function deviceOf(session: object): string | undefined {
  return (session as Noted)[NOTE]
}

/** The device in the data of a session, stored or live. */
export function deviceIn(data: object): string | undefined {
  const text = deviceOf(data) ?? (data as { [DEVICE]?: unknown })[DEVICE]
  return typeof text === 'string' ? text : undefined
}

const MEMBER: PropertyDescriptor & ThisType<Noted> = {
  get: noted,
  set: ignore,
  enumerable: true,
  configurable: true,
}

function noted(this: Noted): string | undefined {
  return this[NOTE]
}

/** Bind a live session to a device, which the application cannot change. */
export function giveDevice(session: object, text: string | undefined): void {
  if (text === undefined) return
  Object.defineProperty(session, NOTE, { value: text, configurable: true })
  Object.defineProperty(session, DEVICE, MEMBER)
}

/** Before a session is stored: the application may have deleted the key, or set it. */
export function keepDevice(session: object): void {
  const text = deviceOf(session)
  if (text === undefined) {
    if (Object.hasOwn(session, DEVICE)) Reflect.deleteProperty(session, DEVICE)
  } else if (Object.getOwnPropertyDescriptor(session, DEVICE)?.get !== noted) giveDevice(session, text)
}

/** `data`, with this device unless it has one. */
export function withDevice<D extends object>(data: D, text: string | undefined): D {
  return text === undefined || deviceIn(data) !== undefined ? data : { ...data, [DEVICE]: text }
}
