import type { RecordStore } from '@coatcheck/session'
import { type Command, confirm, JSON_FLAG, UsageError, YES } from '../command.ts'
import { digestOf, shownId } from '../listing.ts'
import { OWNER, withOwners } from '../owned.ts'
import { checkHashes } from '../sessions.ts'
import { countOfSessions, printable } from '../text.ts'

export const logout: Command = {
  name: 'logout',
  operands: 'OWNER',
  summary: 'end all sessions of an owner: log this user out everywhere',
  details: `
OWNER and PATH are those of coatcheck sessions. The app may run meanwhile: a request that has read one of the sessions cannot save it
any more. SID is an id, or its hash as coatcheck sessions shows it; exit code 1, and nothing ends, if the owner has no such session.
With --json: {removed}.
`,
  flags: {
    ...OWNER,
    except: { type: 'string', value: 'SID', help: 'keep this session' },
    ...JSON_FLAG,
    ...YES,
  },
  least: 1,
  most: 1,
  run([name], values, io) {
    const owner = name as string
    return withOwners(owner, values, io, async store => {
      const except = values.except === undefined ? [] : await keptOf(store, owner, String(values.except))
      const count = (await store.countOf(owner)) - except.length
      await confirm(`End all ${except.length ? 'other ' : ''}${question(owner, count)}`, values, io)
      const removed = await store.destroyAllOf(owner, { except })
      io.out(values.json ? `${JSON.stringify({ removed })}\n` : `${countOfSessions(removed)} removed\n`)
      return 0
    })
  },
}

function question(owner: string, count: number): string {
  return `sessions of ${printable(owner)}, ${count} at the moment?`
}

/** The session to keep. A typing error must not end all of them, so it has to be one of the owner's. */
async function keptOf(store: RecordStore, owner: string, wanted: string): Promise<string[]> {
  const isHash = wanted.startsWith('sha256:')
  if (isHash) checkHashes([wanted])
  const kept: string[] = []
  for await (const { sid } of store.sessionsOf(owner)) {
    if (isHash ? digestOf(sid).startsWith(wanted) : sid === store.keyOf(wanted)) kept.push(sid)
  }
  if (kept.length === 1) return kept
  const shown = isHash ? wanted : shownId(wanted, false)
  if (kept.length > 1)
    throw new UsageError(`${shown} is the hash of several sessions: give more of its digits`)
  throw new Error(`This owner has no session ${printable(shown)}`)
}
