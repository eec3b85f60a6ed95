import { Cookie } from '../cookie/cookie.ts'

/** `express-session/session/cookie`. */
export default Cookie
export { Cookie as 'module.exports' }
