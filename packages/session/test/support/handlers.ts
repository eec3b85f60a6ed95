import type { Listener } from './http.ts'

/** Counts the visits in the session and answers with their number. */
export const countVisits: Listener = (req, res) => {
  req.session.visits = visits(req.session.visits) + 1
  res.end(String(req.session.visits))
}

/** Answers with the number of visits, and changes nothing. */
export const showVisits: Listener = (req, res) => res.end(String(visits(req.session.visits)))

/** Answers with the id of the session. */
export const showId: Listener = (req, res) => res.end(req.session.id)

/** Answers with the whole session as JSON. */
export const showSession: Listener = (req, res) => res.end(JSON.stringify(req.session))

/** Whether there is a session at all. */
export const hasSession: Listener = (req, res) => res.end(req.session ? 'session' : 'no session')

function visits(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
