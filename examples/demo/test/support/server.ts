import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ROOT } from './build.ts'

/** A server of the demo in a process of its own. */
export interface Server {
  url: string
  port: string
  /** Ends it as Ctrl+C does, and tells the exit code. */
  stop(): Promise<number | null>
}

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

type Environment = Record<string, string>

/** A directory that is gone when the test has finished. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-demo-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Starts the demo with its database in `directory`; it is ended with the test at the latest. */
export async function startServer(directory: string, env: Environment = {}): Promise<Server> {
  const child = run(directory, env)
  const ended = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGINT')
    const [code] = await ended
    return code as number | null
  }
  onTestFinished(() => void child.kill('SIGKILL'))

  let output = ''
  child.stderr?.on('data', chunk => {
    output += chunk
  })
  const address = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', chunk => {
      output += chunk
      const [found] = /http:\S+/.exec(output) ?? []
      if (found) resolve(found)
    })
    child.once('exit', code => reject(new Error(`The demo has ended with ${code}: ${output}`)))
  })
  const url = await address
  return { url, port: new URL(url).port, stop }
}

/** Starts the demo and waits for its end. */
export async function startToEnd(directory: string, env: Environment): Promise<Outcome> {
  const child = run(directory, env)
  onTestFinished(() => void child.kill('SIGKILL'))
  const outcome: Outcome = { code: null, stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', chunk => {
      outcome[stream] += chunk
    })
  }
  ;[outcome.code] = (await once(child, 'close')) as [number | null]
  return outcome
}

function run(directory: string, env: Environment): ChildProcess {
  const { HOST: _h, SESSION_DB: _d, SESSION_SECRET: _s, SESSION_MINUTES: _m, ...inherited } = process.env
  return spawn(process.execPath, [join(ROOT, 'examples/demo/dist/main.js')], {
    cwd: directory,
    env: { ...inherited, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
