import { SoundStore } from './sound.mjs'

/** Never gives the event loop back once a session is touched. */
class LoopingStore extends SoundStore {
  touch() {
    for (;;);
  }
}

export default ctx => new LoopingStore(ctx)
