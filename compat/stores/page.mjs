// The page from the results of all stores.
import { rules } from '@coatcheck/store-conformance'

/** Whether a rule was not kept; what failed only beside other rules is no finding. */
export function isBroken({ verdict, onlyBesideOthers }) {
  return verdict === 'fail' || verdict === 'warn' || (verdict === 'flaky' && !onlyBesideOthers)
}

export function pageOf(found) {
  const { os, node, servers } = found[0]
  return `# The state of the stores

What the conformance suite says of stores that people use, our own among them. Each line is what a run has shown, on ${os} with Node ${node},
${servers.join(', ')}; nothing is taken from documentation or hearsay. The
stores are gifts of their authors to all of us, most of them older than the rules they are held to here: a rule that is not kept is a place to look at,
not a verdict on the work.

Each MUST that is not kept was looked at by a second program of a few lines, [which shares no code with the suite](../compat/stores/second). What the
two agree on is listed first. What the suite alone has seen stands apart, and is no more than a hint. Short reports to authors are in
[findings](findings/README.md).

\`npm run stores\` writes this page. One store again: \`npm run stores -- memorystore\`. One finding again: the command under it, in the folder
\`compat/stores\`; those with a server want it in \`REDIS_URL\`, \`POSTGRES_URL\`, \`MONGODB_URL\`, \`MYSQL_URL\`, \`MEMCACHED_URL\` or \`DYNAMODB_URL\`.

| Store | Version | Rules kept | MUST not kept, seen twice | MUST, seen by the suite alone | SHOULD not kept | Not checked |
|---|---|---|---|---|---|---|
${found.map(row).join('\n')}

"Not checked" are rules for which the store offers nothing to check (no \`touch\`, no \`all\`) or the run had no way to look. A store
that was run later was held to more rules, so the numbers of its row add up to more.

${found.map(detail).join('\n\n')}
`
}

const musts = ({ broken }) => broken.filter(({ level }) => level === 'MUST')
const confirmed = result => musts(result).filter(({ second }) => second?.seen)
const alone = result => musts(result).filter(finding => !finding.second?.seen && !isUnanswered(finding))
const unanswered = result => musts(result).filter(isUnanswered)
/** Nothing can be said where a call that a rule needs is not answered, whatever the rule is about. */
const isUnanswered = ({ second, message }) =>
  !second?.seen && (/gave no answer/.test(second?.failed) || /was not answered within/.test(message))
const shoulds = ({ broken }) => broken.filter(({ level }) => level === 'SHOULD')

function row(result) {
  const { subject, version, counts, keptLater } = result
  const unchecked = counts['not-applicable'] + counts.unverified + unanswered(result).length
  const numbers = [confirmed(result), alone(result), shoulds(result)].map(list => list.length)
  return `| [${subject}](#${anchor(subject)}) | ${version ?? ''} | ${counts.pass + keptLater.split(', ').filter(Boolean).length} | ${numbers.join(' | ')} | ${unchecked} |`
}

function detail(result) {
  const { name, subject, smoke, node } = result
  const head = `## ${subject}`
  if (!smoke.ok) return `${head}\n\nCould not be run: ${cell(smoke.message)}`
  const [both, suite, advice] = [confirmed(result), alone(result), shoulds(result)]
  if (both.length + suite.length + advice.length === 0)
    return `${head}\n\nKeeps every rule that could be checked.`
  const left = unanswered(result).map(({ id }) => id)
  const other = node.startsWith('v20.') ? '' : `On Node ${node}, which it asks for.\n\n`
  const worst = both[0]
  const first = worst ? `Look here first: ${worst.id}. ${whyOf(worst.id)}\n\n` : ''
  const parts = [
    part('', both, twice),
    part('Seen by the suite alone:', suite, once),
    part('Advice that is not followed:', advice, line),
    left.length > 0
      ? `Not told, since a call that they need was not answered in time: ${left.join(', ')}.`
      : '',
  ]
  const stray = result.stray.map(error => `- An error that nobody caught: ${cell(error)}.`)
  const ids = [...both, ...suite, ...advice].map(({ id }) => id).join(',')
  return `${head}

${other}${first}${[...parts, stray.join('\n')].filter(Boolean).join('\n\n')}

\`\`\`sh
npx store-conformance subjects/${name}.mjs --seed state --only ${ids}
\`\`\``
}

function part(title, list, textOf) {
  if (list.length === 0) return ''
  return [title, list.map(textOf).join('\n')].filter(Boolean).join('\n\n')
}

const line = ({ id, level, sentence, message }) => `- **${id}** ${level}: ${sentence} ${cell(message)}.`
const twice = finding => `${line(finding)} Again: ${cell(finding.second.seen)}.`
const once = finding => {
  const { failed } = finding.second ?? {}
  return `${line(finding)} ${failed ? `The second program could not tell: ${cell(failed)}.` : 'The second program saw nothing.'}`
}

function whyOf(id) {
  return rules.find(rule => rule.id === id)?.why ?? ''
}

/** Seen text in one line. */
function cell(message) {
  const short = message.length > 260 ? `${message.slice(0, 260)} …` : message
  return `\`${short.replace(/\s+/g, ' ').replaceAll('`', "'")}\``
}

function anchor(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}
