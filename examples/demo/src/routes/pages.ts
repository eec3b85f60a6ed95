import type { SqliteStore } from '@coatcheck/store-sqlite'
import { Router } from 'express'
import { coatFrom } from '../coats.ts'
import { devicesOf, numberOf } from '../devices.ts'
import { sessionOf, TICKET, type VisitorSessions } from '../sessions.ts'
import { cloakroomPage } from '../views/cloakroom.ts'
import { counterPage } from '../views/counter.ts'
import { messagePage } from '../views/message.ts'
import { coatPicture } from '../views/pictures.ts'

/** The pages. A look at one counts as a visit if there is a ticket; otherwise nothing is stored. */
export function pageRoutes(sessions: VisitorSessions, store: SqliteStore, maxAge: number): Router {
  const router = Router()

  router.get('/', async (req, res) => {
    const session = sessionOf(sessions, req)
    const number = numberOf(session)
    const { user, cart, note } = session
    delete session.note
    if (number !== undefined) session.visits = (session.visits ?? 0) + 1

    if (user === undefined) {
      const unknown = number === undefined && hasCookie(req.headers.cookie)
      if (unknown) res.clearCookie(TICKET)
      // The browser has deleted the cookie of a session that has run out: the script of the page comes back with this.
      const ranOut = number === undefined && !unknown && req.query['ran-out'] !== undefined
      const ended = unknown ? 'unknown' : ranOut ? 'ran out' : undefined
      res.send(counterPage({ cart, number, note, ended, maxAge }))
    } else {
      const devices = await devicesOf(store, user, session.id)
      res.send(cloakroomPage({ session, devices, note, maxAge }))
    }
  })

  router.get('/goodbye', (req, res) => {
    const text = 'Your ticket is torn up, on both sides of the counter. Come again.'
    res.send(messagePage('Here is your coat', text, coatPicture(coatFrom(req.query.coat))))
  })

  return router
}

function hasCookie(header = ''): boolean {
  return header.split('; ').some(pair => pair.startsWith(`${TICKET}=`))
}
