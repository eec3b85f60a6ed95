import type { SqliteStore } from '@coatcheck/store-sqlite'
import { Router } from 'express'
import { logOutOthers } from '../devices.ts'
import { sessionOf, type VisitorSessions } from '../sessions.ts'

/** The sessions of the same user elsewhere. */
export function deviceRoutes(sessions: VisitorSessions, store: SqliteStore): Router {
  const router = Router()

  router.post('/devices/log-out-others', async (req, res) => {
    const session = sessionOf(sessions, req)
    if (session.user !== undefined) {
      const count = await logOutOthers(store, session.user, session.id)
      session.note =
        count === 1 ? 'One other device is logged out.' : `${count} other devices are logged out.`
    }
    res.redirect(303, '/')
  })

  return router
}
