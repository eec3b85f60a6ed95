import { Router } from 'express'
import { coatFrom } from '../coats.ts'
import { browserName, numberOf } from '../devices.ts'
import { sessionOf, type VisitorSessions } from '../sessions.ts'
import { counterPage } from '../views/counter.ts'

const LONGEST_NAME = 40

/** In and out. Any name will do: the demo is about sessions, not about passwords. */
export function accountRoutes(sessions: VisitorSessions, maxAge: number): Router {
  const router = Router()

  router.post('/login', async (req, res) => {
    const user = nameFrom(req.body?.name)
    const before = sessionOf(sessions, req)
    if (user === undefined) {
      const problem = `Please tell us a name of at most ${LONGEST_NAME} letters.`
      res.status(422).send(counterPage({ cart: before.cart, number: numberOf(before), problem, maxAge }))
      return
    }
    // A new id, so that an id that somebody else has planted or seen is worthless now.
    await before.regenerate({ keep: ['cart'] })
    Object.assign(sessionOf(sessions, req), {
      user,
      coat: coatFrom(req.body.coat),
      since: Date.now(),
      browser: browserName(req.get('User-Agent')),
    })
    res.redirect(303, '/')
  })

  router.post('/logout', async (req, res) => {
    const session = sessionOf(sessions, req)
    await session.destroy()
    res.redirect(303, `/goodbye?coat=${coatFrom(session.coat)}`)
  })

  return router
}

function nameFrom(value: unknown): string | undefined {
  const name = typeof value === 'string' ? value.trim() : ''
  return name && [...name].length <= LONGEST_NAME ? name : undefined
}
