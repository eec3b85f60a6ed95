/** The subject file or the options are wrong: nothing was tested. The message is one sentence for a terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The store has broken a rule. Only this error makes a rule fail. Any other error is an error of the suite. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** A rule could not check the store, so there is no verdict. */
export class Unverified extends Error {
  override readonly name: string = 'Unverified'
}

/** Store or machine were too slow for a verdict. Such a rule is run again, alone. */
export class TooSlow extends Unverified {
  override readonly name = 'TooSlow'
}

/** The text of any thrown value. */
export function textOf(error: unknown): string {
  if (error instanceof Error) {
    const code = (error as { code?: unknown }).code
    return `${error.name}${typeof code === 'string' ? ` ${code}` : ''}: ${error.message}`
  }
  return `${typeof error} ${String(error)}`
}
