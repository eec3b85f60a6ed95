import type { CallsUnderWay } from '../calls/calls-under-way.ts'
import { closed } from '../errors.ts'
import type { SessionData } from '../session/session.ts'

/** Each entry that can be decoded, with its id. The others are left out, with one warning. */
export async function* decodable<E extends { sid: string }>(
  entries: AsyncIterable<E>,
  decode: (entry: E) => SessionData,
): AsyncGenerator<[string, SessionData], void, void> {
  let undecodable = 0
  for await (const entry of entries) {
    let session: SessionData
    try {
      session = decode(entry)
    } catch {
      undecodable++
      continue
    }
    yield [entry.sid, session]
  }
  if (undecodable) process.emitWarning(`${undecodable} stored sessions cannot be decoded and were left out`)
}

/** The `items`, until the store is closed. Only a step counts as a call under way, so that a paused listing does not delay `close`. */
export async function* whileOpen<T>(
  items: AsyncGenerator<T, void, void>,
  work: CallsUnderWay,
  isClosed: () => boolean,
): AsyncGenerator<T, void, void> {
  try {
    for (;;) {
      if (isClosed()) throw closed()
      work.enter()
      const step = await items.next().finally(work.leave)
      if (step.done) return
      yield step.value
    }
  } finally {
    await items.return()
  }
}
