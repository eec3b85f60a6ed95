import { SoundStore } from './sound.mjs'

/** touch() is an upsert: a logout is undone by any request that was under way. */
class RevivingStore extends SoundStore {
  touch(sid, session, callback) {
    this.set(sid, session, callback)
  }
}

export default ctx => new RevivingStore({ namespace: ctx.namespace, ttlMs: ctx.ttlMs })
