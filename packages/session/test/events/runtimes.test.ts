import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { getRuntime } from '../../../../scripts/runtimes.mjs'
import { useBuilt } from '../support/child.ts'

const built = useBuilt({ stores: ['store-memory'] })

/** A visitor who logs in and out, and comes back with the old cookie and a forged one. Prints what was published. */
const program = `
  import diagnostics from 'node:diagnostics_channel'
  import { createSessions } from '@coatcheck/session/fetch'
  import { MemoryStore } from '@coatcheck/store-memory'
  const heard = []
  for (const name of ['created', 'renewed', 'destroyed', 'rejected']) {
    diagnostics.subscribe('coatcheck:' + name, message => heard.push({ name, ...message }))
  }
  for (const operation of ['load', 'save', 'regenerate', 'destroy']) {
    for (const event of ['start', 'asyncEnd']) {
      const name = operation + ':' + event
      diagnostics.subscribe('tracing:coatcheck:' + name, ({ session }) => heard.push({ name, session }))
    }
  }
  const sessions = createSessions({
    secret: 'a secret of thirty-two characters',
    store: new MemoryStore(),
    genid: () => 'an-id-of-32-characters-number-' + (10 + count++),
  })
  let count = 0
  async function visit(cookie, work) {
    const opened = await sessions.open(new Request('http://localhost/', { method: 'POST', headers: { cookie } }))
    await work(opened.session)
    const response = await opened.commit(new Response())
    return response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
  }
  const first = await visit('', session => { session.cart = [] })
  const second = await visit(first, session => session.regenerate({ keep: true }))
  await visit(second, session => session.destroy())
  await visit(second, () => {})
  await visit('connect.sid=s%3Aguessed.guessed', () => {})
  console.log(JSON.stringify(heard))
  process.exit()
`

const EXPECTED = [
  ...['save:start', 'save:asyncEnd', 'created'],
  // Kept data is stored in one step with the end of the old session.
  ...['load:start', 'load:asyncEnd', 'regenerate:start', 'regenerate:asyncEnd'],
  ...['created', 'renewed', 'destroyed'],
  ...['load:start', 'load:asyncEnd', 'destroy:start', 'destroy:asyncEnd', 'destroyed'],
  ...['load:start', 'load:asyncEnd', 'rejected', 'rejected'],
]

async function heardOn(command: string, args: string[], name: string) {
  const file = join(built.folder, `events-${name}.mjs`)
  await writeFile(file, program)
  const { stdout } = await promisify(execFile)(command, [...args, file], { cwd: built.folder })
  return JSON.parse(stdout) as { name: string; session?: string; reason?: string }[]
}

it.each([
  ['bun', ['run']],
  ['deno', ['run', '--allow-all', '--no-lock']],
])('events and traces are published on %s', async (name, args) => {
  const heard = await heardOn(await getRuntime(name), args, name)
  expect(heard.map(({ name }) => name)).toEqual(EXPECTED)
  expect(heard.slice(-2).map(({ reason }) => reason)).toEqual(['unknown', 'signature'])
})

it('references: one session has one reference in a process, and another one in another process', async () => {
  const [one, other] = [
    await heardOn(process.execPath, [], 'one'),
    await heardOn(process.execPath, [], 'other'),
  ]
  expect(one.map(({ name }) => name)).toEqual(EXPECTED)
  const sessions = (heard: typeof one) => new Set(heard.flatMap(({ session }) => session ?? []))
  // Both processes have had sessions with the same two ids.
  expect(sessions(one).size).toBe(2)
  expect(sessions(other).size).toBe(2)
  expect(new Set([...sessions(one), ...sessions(other)]).size).toBe(4)
  for (const session of sessions(one)) expect(session).toMatch(/^[\w-]{16}$/)
})
