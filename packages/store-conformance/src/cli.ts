#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { main } from './cli/run.ts'
import { beat, isWatched, watch } from './cli/watchdog.ts'

if (isWatched()) run()
else {
  watch(fileURLToPath(import.meta.url), process.argv.slice(2), text => process.stderr.write(text)).then(
    code => process.exit(code),
  )
}

function run(): void {
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  process.once('SIGTERM', () => interrupted.abort())

  let finished = false
  process.once('exit', () => {
    if (finished) return
    process.exitCode = 1
    process.stderr.write('The store, or its subject file, ended the process before the suite was through.\n')
  })

  main(process.argv.slice(2), process.stdout, process.stderr, interrupted.signal, beat()).then(code => {
    finished = true
    // A store may leave timers and sockets open, so the command exits explicitly when its output is written.
    process.stdout.write('', () =>
      process.stderr.write('', () => process.exit(interrupted.signal.aborted ? 130 : code)),
    )
  })
}
