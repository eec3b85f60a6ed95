import expressSession from 'express-session'
import { describe, expect, it } from 'vitest'
import { openClient, openStore, sessionOf, tempFile } from './support/files.ts'

const HOUR = 3_600_000

/** express-session computes the lifetime back from the expiry, so that it may be a millisecond less. Here it is exact. */
function cookieOf(originalMaxAge: number | null): never {
  const Cookie = expressSession.Cookie as unknown as new (options: object) => never
  return Object.assign(new Cookie({ maxAge: originalMaxAge }), { originalMaxAge })
}

// connect-sqlite3 needs a driver of its own. These are its statements, word for word.
describe('connect-sqlite3', () => {
  function openPeer() {
    const file = tempFile()
    const client = openClient(file)
    client.exec(
      'PRAGMA journal_mode = wal; CREATE TABLE IF NOT EXISTS sessions (sid PRIMARY KEY, expired, sess)',
    )
    const get = client.prepare('SELECT sess FROM sessions WHERE sid = ? AND ? <= expired').pluck()
    const set = client.prepare('INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)')
    const touch = client.prepare('UPDATE sessions SET expired=? WHERE sid = ? AND ? <= expired')
    return {
      file,
      get: (sid: string) => JSON.parse((get.get(sid, Date.now()) as string | undefined) ?? 'null') as unknown,
      set: (sid: string, session: object, ms: number) =>
        void set.run(sid, Date.now() + ms, JSON.stringify(session)),
      touch: (sid: string, ms: number) => void touch.run(Date.now() + ms, sid, Date.now()),
      destroy: (sid: string) => void client.prepare('DELETE FROM sessions WHERE sid = ?').run(sid),
    }
  }

  it('in place: each reads what the other has written', async () => {
    const peer = openPeer()
    peer.set('a', { cookie: cookieOf(HOUR), user: 'Ada' }, HOUR)
    const store = openStore(peer.file)
    const session = await store.get('a')
    expect(session).toMatchObject({ user: 'Ada', cookie: { originalMaxAge: HOUR } })
    await store.set('a', Object.assign(session!, { visits: 1 }))
    expect(peer.get('a')).toMatchObject({ user: 'Ada', visits: 1 })
    await store.set('b', sessionOf({ user: 'Bob' }, HOUR))
    expect(peer.get('b')).toMatchObject({ user: 'Bob' })
    expect((await store.ids()).sort()).toEqual(['a', 'b'])
  })

  it('in place: each touches and destroys what the other has written', async () => {
    const peer = openPeer()
    peer.set('a', { cookie: cookieOf(HOUR) }, HOUR)
    const store = openStore(peer.file)
    await store.set('b', sessionOf({}, HOUR))
    peer.touch('b', 2 * HOUR)
    const { cookie } = (await store.get('b'))!
    expect(new Date(cookie.expires as Date).valueOf() - Date.now()).toBeGreaterThan(2 * HOUR - 60_000)
    expect(await store.touch('a', sessionOf({}, 2 * HOUR))).toBe(true)
    peer.destroy('b')
    expect(await store.get('b')).toBeUndefined()
    expect(await store.destroy('a')).toBe(true)
    expect(peer.get('a')).toBeNull()
  })

  it('in place: what has expired there is gone here', async () => {
    const peer = openPeer()
    peer.set('a', { cookie: {} }, -1)
    const store = openStore(peer.file)
    expect(await store.get('a')).toBeUndefined()
    expect(await store.prune()).toBe(1)
  })
})
