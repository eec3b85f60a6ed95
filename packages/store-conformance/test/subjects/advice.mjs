import { SoundStore } from './sound.mjs'

/** Calls back at once: no MUST is broken, but a SHOULD is not kept. */
class SynchronousStore extends SoundStore {
  answer(callback, work) {
    let error = null
    let value
    try {
      value = work()
    } catch (thrown) {
      error = thrown
    }
    callback?.(error, value)
  }
}

export default ctx => new SynchronousStore({ namespace: ctx.namespace, ttlMs: ctx.ttlMs })
