import { MemoryStore } from '../store/memory-store.ts'

/** `express-session/session/memory`. */
export default MemoryStore
export { MemoryStore as 'module.exports' }
