import { performance } from 'node:perf_hooks'
// Taken when this file is loaded, because tests of apps replace the global timers and clocks.
import { setImmediate, setTimeout } from 'node:timers'

const now = performance.now.bind(performance)

/** Something that has to end by its deadline: a link in a circle of those that are under way. */
export abstract class Limited {
  /** By the clock of `performance`. */
  deadline = 0
  next: Limited = this
  previous: Limited = this

  /** Called if it has not ended by its deadline. */
  abstract late(): void

  unlink(): void {
    this.previous.next = this.next
    this.next.previous = this.previous
    this.next = this.previous = this
  }
}

/** The beginning of the circle. */
class Head extends Limited {
  override late(): void {}
}

/** One timer for everything that is under way: all have the same time limit, so the oldest has the next deadline. */
export class Deadlines {
  readonly #ms: number
  /** Its `next` is the oldest. */
  readonly #head: Limited = new Head()
  #timer: NodeJS.Timeout | undefined

  /** `ms` is the time limit in milliseconds. */
  constructor(ms: number) {
    this.#ms = ms
  }

  begin(limited: Limited): void {
    const head = this.#head
    const idle = head.next === head
    limited.deadline = now() + this.#ms
    limited.next = head
    limited.previous = head.previous
    head.previous.next = limited
    head.previous = limited
    if (!idle) return
    // While something is under way, the timer keeps the process alive.
    if (this.#timer) this.#timer.ref()
    else this.#wait(this.#ms)
  }

  end(limited: Limited): void {
    limited.unlink()
    if (this.#head.next === this.#head) this.#timer?.unref()
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      // If the process was busy for that long, its timers run before it reads the answers. So the clock is read here.
      setImmediate(this.#check, now())
    }, ms)
  }

  readonly #check = (at: number): void => {
    this.#timer = undefined
    for (let oldest = this.#head.next; oldest !== this.#head; oldest = this.#head.next) {
      // Timers may run up to a millisecond early.
      if (oldest.deadline - at >= 1) return this.#wait(Math.max(1, oldest.deadline - now()))
      oldest.unlink()
      oldest.late()
    }
  }
}
