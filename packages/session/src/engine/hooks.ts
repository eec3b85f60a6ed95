import { isPromise } from '../calls/call-method.ts'

/**
 * Call a hook of the application that only observes. Its exception or rejection goes to `failed`: a failing hook must not fail the
 * request, or end the process.
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

/** Warn that `onError` itself has failed: there is no other hook to tell. */
export function warnOfOnError(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error)
  process.emitWarning(`The session's onError failed: ${text}`, { code: 'COATCHECK_HOOK_FAILED' })
}
