import { Presets, SingleBar } from 'cli-progress'
import type { Io } from './io.ts'

/** Shows the progress of a copy: as a bar on a terminal, otherwise a line for each tenth. */
export class Progress {
  readonly #io: Io
  readonly #total: number
  readonly #bar: SingleBar | undefined
  #done = 0
  #tenths = 0

  constructor(io: Io, total: number) {
    this.#io = io
    this.#total = total
    if (!io.bar) return
    const format = '{bar} {percentage}% | {value} of {total} sessions | {eta_formatted} to go'
    this.#bar = new SingleBar({ format, stream: io.bar, hideCursor: true }, Presets.shades_classic)
    this.#bar.start(total, 0)
  }

  step(): void {
    this.#done++
    this.#bar?.update(Math.min(this.#done, this.#total))
    if (this.#bar) return
    const tenths = Math.floor((this.#done / this.#total) * 10)
    if (tenths <= this.#tenths || tenths > 10) return
    this.#tenths = tenths
    this.#io.err(`${this.#done} of ${this.#total} sessions\n`)
  }

  stop(): void {
    this.#bar?.stop()
  }
}
