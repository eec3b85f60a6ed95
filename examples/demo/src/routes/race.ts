import { Router } from 'express'
import { sessionOf, type VisitorSession, type VisitorSessions } from '../sessions.ts'

/** The thing that each of the two attendants hangs up, and the hook. */
const JOBS = { a: ['hookA', 'umbrella'], b: ['hookB', 'hat'] } as const

/** The milliseconds that one request waits for the other. */
const PATIENCE = 2000

/**
 * Two requests change one session at the same moment. Both middlewares have the same routes. Only the option `conflict` decides what
 * becomes of the two changes.
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

  router.post('/finish', async (req, res) => {
    const session = sessionOf(sessions, req)
    const hooks = onHooks(session)
    delete session.hookA
    delete session.hookB
    // A session that was made only for the race leaves no row and no cookie.
    if (session.user === undefined) await session.destroy()
    res.json(hooks)
  })

  return router
}

function onHooks({ hookA, hookB }: VisitorSession): string[] {
  return [hookA, hookB].filter(thing => thing !== undefined)
}

/** Holds the first of two requests until the second has read the session too, so that they overlap. */
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
