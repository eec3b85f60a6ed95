import { SoundStore } from './sound.mjs'

// Promises that nobody waits for reject after the run, one each millisecond.
export default {
  name: 'FailingLate',
  create: ctx => new SoundStore({ namespace: ctx.namespace, ttlMs: ctx.ttlMs }),
  teardown() {
    for (let ms = 0; ms < 500; ms++) setTimeout(() => Promise.reject(new Error('late')), ms)
  },
}
