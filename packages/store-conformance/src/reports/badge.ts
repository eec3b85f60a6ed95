import type { Report } from './report.ts'

/** The JSON of a shields.io endpoint badge. */
export interface Badge {
  readonly schemaVersion: 1
  readonly label: string
  readonly message: string
  readonly color: string
}

export function badge(report: Report): Badge {
  return {
    schemaVersion: 1,
    label: 'session store',
    message: report.label.replace(/^express-session store /, ''),
    color: report.conforms ? 'brightgreen' : 'red',
  }
}
