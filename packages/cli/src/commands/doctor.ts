import { type Command, JSON_FLAG, STORE } from '../command.ts'
import { examine } from '../examine.ts'
import { printable, printableJson } from '../text.ts'
import { CREATE, sealingIn, urlIn, withStoreOf } from '../with-store.ts'

export const doctor: Command = {
  name: 'doctor',
  operands: '',
  summary: 'check whether the store works',
  details: `
Opens the store, times its reads, and writes, reads, touches and removes a test session. Then the store reports what only it
knows: versions, the clock of the server, its table or collection, and settings that can lose sessions. The last line suggests
options for the middleware. Exit code 1 if there is a problem. With --json: {healthy, findings: [{name, level, text}]}.
`,
  flags: {
    ...STORE,
    ...JSON_FLAG,
    ...CREATE,
    'read-only': { type: 'boolean', help: 'do not write a test session' },
  },
  least: 0,
  most: 0,
  async run(_, values, io) {
    const options = { create: Boolean(values.create), mayCreate: true, ...sealingIn(values, io) }
    const findings = await withStoreOf(urlIn(values, io), options, store => {
      return examine(store, Boolean(values['read-only']))
    })
    const healthy = findings.every(({ level }) => level !== 'problem')
    if (values.json) {
      io.out(`${printableJson({ healthy, findings })}\n`)
    } else {
      for (const { level, name, text } of findings) {
        io.out(`${printable(`${level.padEnd(7)}  ${name}: ${text}`)}\n`)
      }
    }
    return healthy ? 0 : 1
  },
}
