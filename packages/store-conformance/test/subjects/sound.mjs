import session from 'express-session'

/** Sessions of each namespace, as text with their expiry: a sound store in the shape most authors write. */
const namespaces = new Map()

export class SoundStore extends session.Store {
  constructor({ namespace, ttlMs = 86_400_000 }) {
    super()
    this.ttlMs = ttlMs
    this.rows = namespaces.get(namespace) ?? new Map()
    namespaces.set(namespace, this.rows)
  }

  get(sid, callback) {
    this.answer(callback, () => {
      const row = this.row(sid)
      if (!row) return undefined
      const session = JSON.parse(row.text)
      if (session.cookie.expires) session.cookie.expires = new Date(row.expires).toISOString()
      return session
    })
  }

  set(sid, session, callback) {
    this.answer(callback, () => {
      this.rows.set(sid, { text: JSON.stringify(session), expires: this.end(session) })
    })
  }

  touch(sid, session, callback) {
    this.answer(callback, () => {
      const row = this.row(sid)
      if (row) row.expires = this.end(session)
    })
  }

  destroy(sid, callback) {
    this.answer(callback, () => {
      this.rows.delete(sid)
    })
  }

  row(sid) {
    const row = this.rows.get(sid)
    return row && row.expires > Date.now() ? row : undefined
  }

  end({ cookie }) {
    if (cookie.expires) {
      const end = new Date(cookie.expires).getTime()
      if (Number.isNaN(end)) throw new TypeError('cookie.expires is no date')
      return end
    }
    return Date.now() + (cookie.maxAge ?? this.ttlMs)
  }

  answer(callback, work) {
    let error = null
    let value
    try {
      value = work()
    } catch (thrown) {
      error = thrown
    }
    setImmediate(() => callback?.(error, value))
  }
}

export default ctx => new SoundStore({ namespace: ctx.namespace, ttlMs: ctx.ttlMs })
