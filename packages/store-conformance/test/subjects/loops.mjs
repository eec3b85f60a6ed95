import { writeSync } from 'node:fs'
import { SoundStore } from './sound.mjs'

/** Never gives the event loop back once a session is touched. */
class LoopingStore extends SoundStore {
  touch() {
    writeSync(2, 'looping\n')
    for (;;);
  }
}

export default ctx => new LoopingStore(ctx)
