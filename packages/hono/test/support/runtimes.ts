import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { getRuntime } from '../../../../scripts/runtimes.mjs'
import { type Example, freePort } from '../../../session/test/support/readme.ts'

/** The other runtimes, and how they serve `app` at `port`. */
export const runtimes: [name: string, serve: string][] = [
  ['bun', 'export default { port, fetch: app.fetch }'],
  ['deno', 'Deno.serve({ port }, app.fetch)'],
]

const ARGUMENTS: Record<string, readonly string[]> = {
  bun: ['run'],
  deno: ['run', '--allow-all', '--no-lock'],
}

/** Run a server in the folder where our packages are installed, until the test ends or it is stopped. */
export async function runOn(name: string, folder: string, source: string): Promise<Example> {
  const file = join(folder, `${name}.mjs`)
  await writeFile(file, source)
  const port = await freePort()
  const env = { ...process.env, PORT: port }
  const child = spawn(await getRuntime(name), [...ARGUMENTS[name]!, file], { cwd: folder, env })
  const ended = once(child, 'exit')
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = `http://localhost:${port}`
  // Nobody is counted at a page that does not exist.
  const answers = () =>
    fetch(`${url}/ready`).then(
      () => true,
      () => false,
    )
  await expect.poll(answers, { timeout: 60_000 }).toBe(true)
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
