import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect } from 'vitest'
import { runProcess } from './processes.ts'

/** The README of a package, for the tests that hold it to its word. */
export interface Readme {
  readonly text: string
  /** The blocks that are marked as such: the section in which each stands, and its source. */
  readonly runnable: [title: string, source: string][]
  /** The section with this title, up to the next one. */
  section(title: string): string
  /** The first column of the table in that section, sorted. */
  listed(title: string, row?: RegExp): string[]
}

/** That of the package whose test has this `import.meta.url`, or another page by its path from the test. */
export function readReadme(test: string, path = '../README.md'): Readme {
  const text = readFileSync(new URL(path, test), 'utf8')
  const blocks = text.matchAll(/^## ([^\n]*)\n(?:(?!^## ).)*?^```js runnable\n(.*?)^```$/gms)
  const section = (title: string) => text.split(/^## /m).find(part => part.startsWith(`${title}\n`))!
  return {
    text,
    runnable: [...blocks].map(([, title, source]) => [title!, source!]),
    section,
    listed: (title, row = /^\| `(\w+)` \|/gm) =>
      [...section(title).matchAll(row)].map(match => match[1]!).sort(),
  }
}

/** What the interfaces of these names in a source file, by its path from the test, have as members. */
export function membersOf(test: string, path: string, names: RegExp = /^\w+Options$/): string[] {
  const source = readFileSync(new URL(path, test), 'utf8')
  const interfaces = [...source.matchAll(/interface (\w+)(?:<[^>]*>)? .*?\{(.*?)^\}/gms)].filter(([, name]) =>
    names.test(name!),
  )
  return interfaces.flatMap(([, , body]) => [...body!.matchAll(/^ {2}(\w+)\??:/gm)].map(match => match[1]!))
}

/** A server of a README on a free port, until the test ends or it is stopped. */
export interface Example {
  /** What it has printed. */
  readonly url: string
  stop(): Promise<void>
}

/** Run it in the folder where our packages are installed. */
export async function runExample(
  folder: string,
  source: string,
  env: Record<string, string> = {},
): Promise<Example> {
  const app = runProcess(folder, source, { PORT: await freePort(), ...env })
  const [line] = (await Promise.race([once(app.child.stdout!, 'data'), app.ended])) as [Buffer]
  return {
    url: String(line).trim(),
    async stop() {
      app.child.kill('SIGTERM')
      await app.ended
    },
  }
}

/** The example counts the views of a browser, which it forgets at a logout, and with its process unless it `remembers`. */
export async function expectToCount(
  run: () => Promise<Example>,
  { logsOut, remembers }: { logsOut: boolean; remembers: boolean },
): Promise<void> {
  let app = await run()
  let cookie = ''
  const get = async (path = '/') => {
    const reply = await fetch(app.url + path, { headers: { cookie } })
    for (const line of reply.headers.getSetCookie()) cookie = line.split(';')[0]!
    return reply.text()
  }
  expect(await get()).toBe('Views: 1')
  expect(await get()).toBe('Views: 2')
  await app.stop()
  app = await run()
  expect(await get()).toBe(remembers ? 'Views: 3' : 'Views: 1')
  if (logsOut) {
    expect(await get('/logout')).toBe('Bye')
    expect(await get()).toBe('Views: 1')
  }
  await app.stop()
}

/** A port that nobody listens at. */
export async function freePort(): Promise<string> {
  const probe = createServer().listen(0)
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return String(port)
}
