import { Router } from 'express'
import { sessionOf, type VisitorSession, type VisitorSessions } from '../sessions.ts'

/** What each of the two attendants hangs up, and where. */
const JOBS = { a: ['hookA', 'umbrella'], b: ['hookB', 'hat'] } as const

/** Milliseconds that one request waits for the other. */
const PATIENCE = 2000

/**
 * Two requests change one session at the same moment. The routes are the same below both middlewares; what they do with the two
 * changes is decided by the option `conflict` alone.
 */
export function raceRoutes(sessions: VisitorSessions): Router {
  const router = Router()
  const meet = meetingPoint()

  router.post('/start', (req, res) => {
    const session = sessionOf(sessions, req)
    session.since ??= Date.now()
    delete session.hookA
    delete session.hookB
    res.sendStatus(204)
  })

  router.post('/hang/:attendant', async (req, res, next) => {
    const { attendant } = req.params
    if (attendant !== 'a' && attendant !== 'b') return next()
    const session = sessionOf(sessions, req)
    const found = onHooks(session)
    await meet(session.id)
    const [hook, thing] = JOBS[attendant]
    session[hook] = thing
    res.json({ found, hung: thing })
  })

  router.get('/hooks', (req, res) => {
    res.json(onHooks(sessionOf(sessions, req)))
  })

  return router
}

function onHooks({ hookA, hookB }: VisitorSession): string[] {
  return [hookA, hookB].filter(thing => thing !== undefined)
}

/** Holds the first of two requests until the second has read the session as well, so that they do overlap. */
function meetingPoint(): (key: string) => Promise<void> {
  const waiting = new Map<string, () => void>()
  return async key => {
    const release = waiting.get(key)
    if (release) return release()
    await new Promise<void>(resolve => {
      const timer = setTimeout(leave, PATIENCE)
      waiting.set(key, leave)
      function leave() {
        clearTimeout(timer)
        waiting.delete(key)
        resolve()
      }
    })
  }
}
