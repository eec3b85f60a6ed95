import type { ServerResponse } from 'node:http'
import type { Answer } from '../dbsc/answer.ts'

/** Send an answer in place of the application. */
export function respond(res: ServerResponse, { status, headers, body }: Answer): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end(body)
}
