/** Whether a store is alive: all rules of a run note its answers here. */
export class Pulse {
  #last = Number.NEGATIVE_INFINITY

  /** Notes that a call was answered. */
  beat(): void {
    this.#last = performance.now()
  }

  /** Whether a call was answered less than a second ago. */
  isFelt(): boolean {
    return performance.now() - this.#last < 1000
  }
}
