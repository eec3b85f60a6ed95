/** A response that this package gives in place of the application. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer that no cache and no other site gets. */
export function answerWith(status: number, headers: Answer['headers'] = {}, body?: object): Answer {
  return {
    status,
    headers: {
      'Cache-Control': 'no-store',
      'Cross-Origin-Resource-Policy': 'same-origin',
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: body ? JSON.stringify(body) : '',
  }
}
