import session, { type Store } from '@coatcheck/session'
import { expect, it } from 'vitest'
import { type Path, startServer } from './support/server.ts'

/** Milliseconds after which a call that is not answered has been waited for: otherwise the response had come long before. */
const HELD = 300

/**
 * Makes a store answer no call before the response is there, and gives the names of those calls that it had to answer earlier, since
 * the response waits for them.
 */
function hold(store: Store, response: Promise<void>): string[] {
  const awaited: string[] = []
  const methods = store as unknown as Record<string, (...args: unknown[]) => void>
  for (const name of ['get', 'set', 'touch', 'destroy']) {
    const method = methods[name]!
    methods[name] = (...args) => {
      let answered = false
      const answer = () => {
        if (!answered) method.apply(store, args)
        answered = true
      }
      const timer = setTimeout(() => {
        awaited.push(name)
        answer()
      }, HELD)
      void response.finally(() => {
        clearTimeout(timer)
        answer()
      })
    }
  }
  return awaited
}

async function awaitedBy(path: Path): Promise<string[]> {
  const store = new (session.MemoryStore as unknown as new () => Store)()
  const server = await startServer(store)
  const cookie = path === 'anonymous' || path === 'new' ? undefined : await server.signIn()
  const response = server.visit(path, cookie)
  const awaited = hold(store, response)
  await response
  await server.close()
  return awaited
}

// The aims are one for a request that only reads, and at most two for any other.
it.each<[Path, string[]]>([
  ['anonymous', []],
  ['new', ['set']],
  ['untouched', ['get', 'touch']],
  ['read', ['get', 'touch']],
  ['write', ['get', 'set']],
  ['login', ['get', 'destroy', 'set']],
  ['logout', ['get', 'destroy']],
])('a response to "%s" waits for %j', async (path, calls) => {
  expect(await awaitedBy(path)).toEqual(calls)
})
