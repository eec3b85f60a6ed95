import { isPromise } from '../calls/call-method.ts'

/**
 * Call a function of the application that only listens. What it throws or rejects with goes to `failed`: a failure to listen must not
 * fail the request, or end the process.
 */
export function tell(
  hook: ((...args: never[]) => unknown) | undefined,
  args: readonly unknown[],
  failed: (error: unknown) => void,
): void {
  if (!hook) return
  try {
    const answer = (hook as (...args: unknown[]) => unknown)(...args)
    if (isPromise(answer)) answer.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}

/** Warn that `onError` itself has failed: nobody else is left to tell. */
export function warnOfOnError(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error)
  process.emitWarning(`The session's function onError failed: ${text}`, { code: 'COATCHECK_HOOK_FAILED' })
}
