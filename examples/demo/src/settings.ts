import { resolve } from 'node:path'
import { StartError } from './start-error.ts'

/** Settings of the demo from environment variables. */
export interface Settings {
  port: number
  host: string
  /** The file with the sessions. */
  database: string
  /** Signs the cookies. Without it one is made and kept beside the database. */
  secret: string | undefined
  /** Milliseconds that a session lives without a request. */
  maxAge: number
}

/** An empty variable counts as not set. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    port: numberFrom(env, 'PORT', 3000, 0, 65_535),
    host: env.HOST || '127.0.0.1',
    database: resolve(env.SESSION_DB || 'demo-sessions.db'),
    secret: env.SESSION_SECRET || undefined,
    maxAge: numberFrom(env, 'SESSION_MINUTES', 10, 1, 1440) * 60_000,
  }
}

function numberFrom(env: NodeJS.ProcessEnv, name: string, otherwise: number, least: number, most: number) {
  const text = env[name]
  if (!text) return otherwise
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new StartError(`${name} must be a whole number from ${least} to ${most}, not "${text}".`)
}
