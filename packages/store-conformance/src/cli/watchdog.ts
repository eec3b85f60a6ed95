import { type ChildProcess, fork } from 'node:child_process'
import type { Progress } from '../running/options.ts'

const mark = 'STORE_CONFORMANCE_WATCHED'
const defaultPatienceMs = 60_000
const beatMs = 500
const graceMs = 2000

/** A message of the watched process: it is alive, and these rules are running. */
interface Beat {
  readonly alive: true
  readonly rules: readonly string[]
}

/** Whether this process is being watched. */
export function isWatched(): boolean {
  return process.env[mark] === '1' && process.send !== undefined
}

/** Reports to the watching process that this one is alive. Returns the function that notes the running rules. */
export function beat(): (progress: Progress) => void {
  const rules = new Set<string>()
  const tell = (): void => void process.send?.({ alive: true, rules: [...rules] } satisfies Beat, () => {})
  setInterval(tell, beatMs).unref()
  process.once('disconnect', () => process.exit(1))
  return progress => {
    if (progress.type === 'start') rules.add(progress.rule.id)
    if (progress.type === 'result') rules.delete(progress.rule.id)
    if (progress.type === 'start') tell()
  }
}

/**
 * Runs this command in a separate process and watches it, because a process whose event loop a store blocks can neither handle signals nor
 * end. Resolves with the exit code.
 */
export function watch(file: string, argv: readonly string[], say: (text: string) => void): Promise<number> {
  const patienceMs = Number(process.env.STORE_CONFORMANCE_PATIENCE_MS) || defaultPatienceMs
  const child = fork(file, argv, { env: { ...process.env, [mark]: '1' }, detached: ownGroup })
  let last: Beat = { alive: true, rules: [] }
  let stopped = false
  const stop = (): void => {
    stopped = true
    say(`The store has kept the process busy for ${patienceMs / 1000} s without a pause${during(last)}.
What to do: look for a loop that never ends, or a synchronous call that blocks. STORE_CONFORMANCE_PATIENCE_MS sets how long to wait.
`)
    kill(child)
  }
  let timer = setTimeout(stop, patienceMs)
  child.on('message', (news: Beat) => {
    last = news
    clearTimeout(timer)
    timer = setTimeout(stop, patienceMs)
  })
  const handlers = (['SIGINT', 'SIGTERM'] as const).map(signal => {
    const handler = (): void => {
      child.kill(signal)
      setTimeout(kill, graceMs, child).unref()
    }
    process.on(signal, handler)
    return () => process.removeListener(signal, handler)
  })
  return new Promise(resolve => {
    child.once('close', code => {
      clearTimeout(timer)
      for (const remove of handlers) remove()
      resolve(stopped ? 1 : (code ?? 130))
    })
  })
}

function during({ rules }: Beat): string {
  return rules.length > 0 ? `, while these rules ran: ${rules.join(', ')}` : ''
}

/** Kills the watched process. Where process groups exist, its child processes end too. */
const ownGroup = process.platform !== 'win32'

function kill(child: ChildProcess): void {
  if (child.exitCode !== null || child.pid === undefined) return
  try {
    process.kill(ownGroup ? -child.pid : child.pid, 'SIGKILL')
  } catch {
    // The process has ended by itself.
  }
}
