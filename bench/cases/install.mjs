import { fileURLToPath } from 'node:url'
import { installed } from '../lib/installed.mjs'
import { whole } from '../lib/units.mjs'

const HERE = fileURLToPath(new URL('..', import.meta.url))

/** Counts the packages and bytes of an install. */
export async function measure() {
  const ours = installed('@coatcheck/session', HERE)
  const theirs = installed('express-session', HERE)
  const row = (name, { count, bytes, packages }) => [
    name,
    `${count}`,
    kilobytes(bytes),
    Object.entries(packages)
      .map(([name, size]) => `${name} ${kilobytes(size)}`)
      .join(', '),
  ]
  return {
    title: 'Install',
    method: 'The dependency tree and the bytes of its files; our package as `npm pack` makes it.',
    columns: ['package', 'packages', 'size', 'of which'],
    rows: [row('@coatcheck/session', ours), row('express-session', theirs)],
    aims: [
      {
        aim: "number of packages below express-session's",
        seen: `${ours.count} beside ${theirs.count}`,
        met: ours.count < theirs.count,
      },
      {
        aim: "install size below express-session's",
        seen: `${kilobytes(ours.bytes)} beside ${kilobytes(theirs.bytes)}`,
        met: ours.bytes < theirs.bytes,
      },
    ],
    figures: { ours, theirs },
  }
}

function kilobytes(bytes) {
  return `${whole(bytes / 1000)} KB`
}
