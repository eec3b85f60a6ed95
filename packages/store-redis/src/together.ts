import type { Driver } from './driver.ts'

/** Commands with several keys, if the server allows them. */
export class Together {
  /** Whether no command may have several keys, because these may be on several servers. */
  #apart: boolean

  constructor({ clustered }: Driver) {
    this.#apart = clustered
  }

  /** `undefined` if the keys are not on one server. Behind a proxy, a cluster may look like one server. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#apart) return undefined
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('CROSSSLOT'))) throw error
      this.#apart = true
      return undefined
    }
  }
}
