/** Lets work run beside other work, or alone. */
export class Gate {
  #running = new Set<Promise<unknown>>()
  #alone: Promise<unknown> = Promise.resolve()
  #waiting = 0

  async beside<T>(work: () => Promise<T>): Promise<T> {
    while (this.#waiting > 0) await this.#alone
    const running = work()
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++
    const run = async () => {
      await Promise.allSettled([...this.#running])
      try {
        return await work()
      } finally {
        this.#waiting--
      }
    }
    const result = this.#alone.then(run)
    this.#alone = result.catch(() => {})
    return result
  }
}
