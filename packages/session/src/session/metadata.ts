import { DEVICE, deviceIn, deviceOf, giveDevice, keepDevice, withDevice } from './device.ts'
import { keepLifespan, LIFESPAN, passOnLifespan, shareLifespan, withLifespan } from './lifespan.ts'
import { ignore } from './member.ts'

// What this package keeps of a session beside its data: its lifespan, and the device to which it is bound.

/** Whether this is a key of metadata. */
export function isMetadata(key: string): boolean {
  return key === LIFESPAN || key === DEVICE
}

/** Whether this key of the data is reserved: it is one of metadata, or a member that `session` has for it. */
export function isMember(session: object, key: string): boolean {
  return isMetadata(key) || Object.getOwnPropertyDescriptor(session, key)?.set === ignore
}

/** Before a session is stored or its cookie is sent. The application may have deleted or set what is kept. */
export function keepMetadata(session: object, timeout?: number): void {
  keepDevice(session)
  keepLifespan(session, timeout)
}

/** A session under a new id goes on with the metadata of the old one. */
export function passOnMetadata(old: object, next: object): void {
  passOnLifespan(old, next)
  giveDevice(next, deviceOf(old))
}

/** Take over what another request, or a browser that has registered a key, has stored. */
export function shareMetadata(session: object, stored: object): void {
  shareLifespan(session, stored)
  giveDevice(session, deviceIn(stored))
}

/** The metadata of a stored session, for `withMetadata`. */
export function metadataIn(data: object): { lifespan: unknown; device: string | undefined } {
  return { lifespan: (data as { [LIFESPAN]?: unknown })[LIFESPAN], device: deviceIn(data) }
}

/** `data` with the metadata that a change has left out. */
export function withMetadata<D extends object>(data: D, kept: ReturnType<typeof metadataIn>): D {
  return withLifespan(withDevice(data, kept.device), kept.lifespan)
}
