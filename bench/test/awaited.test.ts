import { MemoryStore } from '@coatcheck/store-memory'
import { expect, it } from 'vitest'
import { type Path, startServer } from './support/server.ts'

/** The milliseconds after which a call counts as awaited: a response that does not wait for it comes much earlier. */
const HELD = 300

/**
 * Makes a backend hold its answers until the response is there. Returns the names of the calls that it had to answer earlier, because
 * the response waits for them.
 */
function hold(store: MemoryStore, response: Promise<void>): string[] {
  const awaited: string[] = []
  const hooks = store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  for (const name of ['read', 'write', 'update', 'touch', 'destroy', 'exchange']) {
    const hook = hooks[`_${name}`]!
    hooks[`_${name}`] = async (...args) => {
      const tooLong = new Promise<void>(resolve => {
        const timer = setTimeout(() => {
          awaited.push(name)
          resolve()
        }, HELD)
        void response.finally(() => clearTimeout(timer))
      })
      await Promise.race([tooLong, response])
      return hook.apply(store, args)
    }
  }
  return awaited
}

async function awaitedBy(path: Path): Promise<string[]> {
  const store = new MemoryStore()
  const server = await startServer(store)
  const cookie = path === 'anonymous' || path === 'new' ? undefined : await server.signIn()
  const response = server.request(path, cookie)
  const awaited = hold(store, response)
  await response
  await server.close()
  await store.close()
  return awaited
}

// The aim is one for a request that only reads, and at most two for any other.
it.each<[Path, string[]]>([
  ['anonymous', []],
  ['new', ['write']],
  ['untouched', ['read']],
  ['read', ['read']],
  ['write', ['read', 'update']],
  ['login', ['read', 'destroy', 'write']],
  ['login-at-once', ['read', 'exchange']],
  ['logout', ['read', 'destroy']],
])('a response to "%s" waits for %j', async (path, calls) => {
  expect(await awaitedBy(path)).toEqual(calls)
})
