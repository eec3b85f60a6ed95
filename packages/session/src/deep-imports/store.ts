import { Store } from '../store/store.ts'

/** `express-session/session/store`. */
export default Store
export { Store as 'module.exports' }
