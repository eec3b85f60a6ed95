let warned = false

/** Warns once per process. */
export function warnOfPlainCommands(): void {
  if (warned) return
  warned = true
  process.emitWarning(
    'Redis runs neither functions nor scripts for this user, so sessions are read and written with plain commands, which takes more of them. ' +
      'Let the user run FCALL, FUNCTION LOAD and EVALSHA (ACL category @scripting) to change that',
    { code: 'COATCHECK_REDIS_SCRIPTING' },
  )
}
