import type { SqliteStore } from '@coatcheck/store-sqlite'
import { Router } from 'express'
import { sessionOf, type VisitorSessions } from '../sessions.ts'

/** The sessions of the same user elsewhere. */
export function deviceRoutes(sessions: VisitorSessions, store: SqliteStore): Router {
  const router = Router()

  router.post('/devices/log-out-others', async (req, res) => {
    const session = sessionOf(sessions, req)
    if (session.user !== undefined) {
      const count = await store.destroyAllOf(session.user, { except: session.id })
      session.note =
        count === 1 ? 'One other device is logged out.' : `${count} other devices are logged out.`
    }
    res.redirect(303, '/')
  })

  return router
}
