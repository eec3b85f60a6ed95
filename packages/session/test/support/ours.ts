import './silence.ts'
import { session } from '@coatcheck/session'
import type { SessionModule } from './types.ts'

/** Ours, with the types that the helpers share with express-session. */
export const ours: SessionModule & { strict: SessionModule } = session as never
