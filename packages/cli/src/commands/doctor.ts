import { type Command, JSON_FLAG, STORE } from '../command.ts'
import { examine } from '../examine.ts'
import { urlOf, withStoreOf } from '../with-store.ts'

export const doctor: Command = {
  name: 'doctor',
  operands: '',
  summary: 'find out whether the store can do its work',
  details: `
Opens the store, times it, and writes, reads, changes, touches and removes a session of its own; then the store tells what
only it knows: versions, the clock of the server, its table or collection, settings under which sessions get lost. Last come
options for the middleware. Exit code 1 when there is a problem. With --json: {healthy, findings: [{name, level, text}]}.
`,
  flags: { ...STORE, ...JSON_FLAG, 'read-only': { type: 'boolean', help: 'write no session' } },
  least: 0,
  most: 0,
  async run(_, values, io) {
    const url = urlOf(String(values.store ?? 'env:SESSION_STORE'), io)
    const findings = await withStoreOf(url, io, store => examine(store, Boolean(values['read-only'])))
    const healthy = findings.every(({ level }) => level !== 'problem')
    if (values.json) {
      io.out(`${JSON.stringify({ healthy, findings })}\n`)
    } else {
      for (const { level, name, text } of findings) io.out(`${level.padEnd(7)}  ${name}: ${text}\n`)
    }
    return healthy ? 0 : 1
  },
}
