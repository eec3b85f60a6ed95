import { Session } from '../session/session.ts'

/** `express-session/session/session`. */
export default Session
export { Session as 'module.exports' }
