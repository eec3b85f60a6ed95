import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

/** A Node process of its own that runs this module text, in the folder where our packages are installed. */
export interface Running {
  child: ChildProcess
  /** What it has printed so far, line by line. */
  lines: string[]
  /** The next message that it sends. */
  message(): Promise<unknown>
  /** Resolves when it has ended and all that it has printed is there; fails when it ended by an error. */
  ended: Promise<void>
}

/** Ends a process whose parent was killed. The timer does not keep it alive. */
const ORPHAN = 'setInterval(() => process.connected || process.exit(), 1000).unref();'

/** The process is ended with the test. `runtime` is the path of another Node or Bun. */
export function runProcess(
  folder: string,
  source: string,
  env: Record<string, string> = {},
  runtime: string = process.execPath,
): Running {
  const child = spawn(runtime, ['--input-type=module', '--eval', ORPHAN + source], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr!.on('data', text => {
    errors += text
  })
  const lines: string[] = []
  createInterface({ input: child.stdout! }).on('line', line => lines.push(line))
  const ended = once(child, 'close').then(([code]) => {
    if (code) throw new Error(errors)
  })
  ended.catch(() => {})
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended.catch(() => {})
  })
  const message = () =>
    Promise.race([
      once(child, 'message').then(([value]) => value as unknown),
      ended.then(() => Promise.reject(new Error(`It ended without a message: ${errors}`))),
    ])
  return { child, lines, message, ended }
}
