// The package `store-of-tests`, which examples open as their store: it is slow, so that a response that does not wait for its session is
// found out, and it fails while a file is there.
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { MemoryStore } from '@coatcheck/store-memory'

class StoreOfTests extends MemoryStore {
  constructor(file) {
    super()
    this.file = file
  }

  async #delay() {
    await sleep(30)
    if (existsSync(this.file)) throw new Error('store down')
  }

  async _write(...args) {
    await this.#delay()
    return super._write(...args)
  }

  async _update(...args) {
    await this.#delay()
    return super._update(...args)
  }

  async _insert(...args) {
    await this.#delay()
    return super._insert(...args)
  }

  async _exchange(...args) {
    await this.#delay()
    return super._exchange(...args)
  }
}

export const open = file => new StoreOfTests(file)
