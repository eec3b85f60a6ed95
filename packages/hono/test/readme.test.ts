import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { getRuntime } from '../../../scripts/runtimes.mjs'
import { useBuilt } from '../../session/test/support/child.ts'
import {
  type Example,
  expectToCount,
  freePort,
  membersOf,
  readReadme,
  runExample,
} from '../../session/test/support/readme.ts'

const readme = readReadme(import.meta.url)

/** What the README says that the last lines are there. */
const runtimes: [name: string, args: string[], last: RegExp][] = [
  ['bun', ['run'], /On Bun, the last lines are `(.*?)`/],
  ['deno', ['run', '--allow-all', '--no-lock'], /on Deno `(.*?)`/],
]

describe('the example', () => {
  const built = useBuilt({ stores: ['store-memory', 'hono'] })
  const [[, source]] = readme.runnable as [[string, string]]

  it('readme: there is one that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual(['Example'])
  })

  it('readme: it counts, forgets a visitor who logs out, and forgets all with its process', async () => {
    await expectToCount(() => runExample(built.folder, source), { logsOut: true, remembers: false })
  })

  it.each(runtimes)(
    'readme: it does so on %s',
    async (name, args, last) => {
      const head = source.replace(/^import .*node-server'\n/m, '').replace(/^serve\(.*/ms, '')
      const file = join(built.folder, `${name}.mjs`)
      await writeFile(file, `${head}${last.exec(readme.text)![1]}\n`)
      const binary = await getRuntime(name)
      await expectToCount(() => runOn(binary, [...args, file]), { logsOut: true, remembers: false })
    },
    120_000,
  )

  /** A process that answers at its port. */
  async function runOn(binary: string, args: string[]): Promise<Example> {
    const port = await freePort()
    const child = spawn(binary, args, { cwd: built.folder, env: { ...process.env, PORT: port } })
    const ended = once(child, 'exit')
    onTestFinished(() => void child.kill('SIGKILL'))
    const url = `http://localhost:${port}`
    // Nobody is counted at a page that does not exist.
    await expect
      .poll(
        () =>
          fetch(`${url}/ready`).then(
            () => true,
            () => false,
          ),
        { timeout: 60_000 },
      )
      .toBe(true)
    return {
      url,
      async stop() {
        child.kill('SIGTERM')
        await ended
      },
    }
  }
})

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../../session/src/fetch/options.ts')
    const engine = membersOf(import.meta.url, '../../session/src/engine/options.ts')
    expect(readme.listed('Options')).toEqual([...new Set([...own, ...engine])].sort())
  })
})
