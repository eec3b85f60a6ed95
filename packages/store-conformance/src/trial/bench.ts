import type { StoreHandle } from '../calls/handle.ts'
import { Chaos } from '../chaos/chaos.ts'
import { textOf, Unverified } from '../errors.ts'
import type { Backend, Subject } from '../subject/subject.ts'
import { within } from './guard.ts'

/** The hooks of the subject for a rule. A failure in a hook says nothing about the store. */
export class Bench {
  /** Disturbs the client, if the subject has passed one to `context.chaos`. */
  readonly chaos: Chaos = new Chaos()
  readonly #subject: Subject
  #broken: StoreHandle | undefined

  constructor(subject: Subject) {
    this.#subject = subject
  }

  /** Calls `backend[name]`. If it fails, the rule is unverified. */
  async hook(name: keyof Backend, handle: StoreHandle, ...args: unknown[]): Promise<unknown> {
    const backend = this.#subject.backend as
      | Record<string, ((...args: unknown[]) => unknown) | undefined>
      | undefined
    if (!backend?.[name]) throw new Unverified(`needs backend.${name}`)
    try {
      const work = Promise.resolve(backend[name](handle.store, ...handle.tagged(name, args)))
      return await within(10_000, work, () => new Error('no answer within 10 s'))
    } catch (error) {
      throw new Unverified(`backend.${name} failed: ${textOf(error)}`)
    }
  }

  /** Makes the backend fail from now on. */
  async down(handle: StoreHandle): Promise<void> {
    if (this.#subject.backend?.down) await this.#break('down', handle)
    else this.chaos.down()
  }

  /** Makes the backend hang from now on. */
  async hang(handle: StoreHandle): Promise<void> {
    if (this.#subject.backend?.hang) await this.#break('hang', handle)
    else this.chaos.hang()
  }

  /** Restores the backend. */
  async up(): Promise<void> {
    this.chaos.up()
    const handle = this.#broken
    this.#broken = undefined
    if (handle && this.#subject.backend?.up) await this.hook('up', handle)
  }

  async #break(name: 'down' | 'hang', handle: StoreHandle): Promise<void> {
    this.#broken = handle
    await this.hook(name, handle)
  }
}
