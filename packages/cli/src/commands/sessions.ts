import { type Command, JSON_FLAG } from '../command.ts'
import { type ListedOwned, listedOwned, OWNER, withOwners } from '../owned.ts'
import { duration, printable, printableJson, word } from '../text.ts'

export const sessions: Command = {
  name: 'sessions',
  operands: 'OWNER',
  summary: 'list the live sessions of an owner, such as a user, newest first',
  details: `
OWNER is what the app's sessions have at PATH, such as the id of a user. PATH is the option "owner" of the app's store; if that option
is a function, this command cannot find its sessions. Sessions from before the app had the option are found from their next save on.
Prints a line for each session: id, when it was created (- if the app has no absoluteTimeout), when its lifetime was last restarted,
remaining lifetime, names of its data. With --json each line is an object: {id, created, touched, expires, ttl, bytes, keys}.
`,
  flags: {
    ...OWNER,
    ...JSON_FLAG,
    reveal: {
      type: 'boolean',
      help: 'show full ids, unless they are hashed; anyone who has an id can act as its user',
    },
  },
  least: 1,
  most: 1,
  run([name], values, io) {
    const owner = name as string
    return withOwners(owner, values, io, async store => {
      for await (const session of store.sessionsOf(owner)) {
        const row = listedOwned(session, values)
        io.out(values.json ? `${printableJson(row)}\n` : lineOf(row))
      }
      return 0
    })
  },
}

function lineOf({ id, created, touched, ttl, keys }: ListedOwned): string {
  const times = [created, touched].map(time => time?.replace(/\.\d+Z$/, 'Z') ?? '-')
  const columns = [printable(id), ...times, ttl === null ? '-' : duration(ttl), keys.map(word).join(' ')]
  return `${columns.join('\t').trimEnd()}\n`
}
