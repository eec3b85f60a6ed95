import type { Driver } from './driver.ts'

/** Commands with several keys, as far as the server takes them. */
export class Together {
  /** No command may have several keys, as these may be on several servers. */
  #apart: boolean

  constructor({ clustered }: Driver) {
    this.#apart = clustered
  }

  /** Nothing where the keys are not all in one place: behind a proxy a cluster may look like one server. */
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
