import './silence.ts'
import ours from '@coatcheck/session'
import reference from 'express-session'
import type { SessionModule } from './types.ts'

export interface Implementation {
  name: 'express-session' | '@coatcheck/session'
  session: SessionModule
}

export const expressSession: Implementation = {
  name: 'express-session',
  session: reference as unknown as SessionModule,
}

export const coatcheck: Implementation = {
  name: '@coatcheck/session',
  session: ours as unknown as SessionModule,
}

/** Each case of the drop-in suite runs against all of these, and has to come out the same. */
export const implementations: Implementation[] = [expressSession, coatcheck]
