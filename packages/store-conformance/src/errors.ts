/** The subject file or the options are wrong: nothing was tested. The message is one sentence for a terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** An expectation of a rule was not met. Only this makes a rule fail; any other error is the suite's own. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** A rule could not look: no verdict on the store. */
export class Unverified extends Error {
  override readonly name = 'Unverified'
}

/** The text of anything that can be thrown. */
export function textOf(error: unknown): string {
  if (error instanceof Error) {
    const code = (error as { code?: unknown }).code
    return `${error.name}${typeof code === 'string' ? ` ${code}` : ''}: ${error.message}`
  }
  return `${typeof error} ${String(error)}`
}
