import { readFileSync, writeFileSync } from 'node:fs'
import { drawLines } from './lines.mjs'
import { inShort } from './peer-costs.mjs'
import { drawBars } from './svg.mjs'

const DOCS = new URL('../../docs/', import.meta.url)
/** The pictures at the top of the page. Others are in the section of their case. */
const OPENING = ['performance.svg', 'performance-2.svg']

/** Prints one case on the terminal. */
export function print(result) {
  console.log(`${result.title}\n${result.missing ? `not measured: ${result.missing}` : result.method}`)
  for (const { rows } of [result, ...(result.tables ?? [])]) {
    for (const row of rows) console.log(`  ${row.join(' | ')}`)
  }
  for (const aim of result.aims) console.log(`  ${verdict(aim)}: ${aim.aim}: ${aim.seen}`)
}

/** Writes `docs/performance.md` and its pictures from all results. */
export function writePage(results) {
  for (const chart of chartsOf(results)) writeFileSync(new URL(chart.file, DOCS), draw(chart))
  writeFileSync(new URL('performance.md', DOCS), pageOf(results))
  if (results.security) writeInto('security.md', 'security', results.security)
}

/** The text of the page. */
export function pageOf(results) {
  const aims = Object.values(results).flatMap(({ aims }) => aims)
  const met = aims.filter(aim => aim.met).length
  const parts = [
    '# Performance',
    ...chartsOf(results)
      .filter(({ file }) => OPENING.includes(file))
      .map(show),
    ...(results.peers ? [inShort(results.peers.figures)] : []),
    `Each case compares packages in one run on one machine. \`npm run bench\` writes this page; [how it measures](../bench/README.md). The latest run meets ${met} of [${aims.length} aims](#aims).`,
    ...Object.values(results).flatMap(describeCase),
    '## Aims',
    'The aims that Coatcheck sets for itself, and whether the latest run meets them.',
    table(
      ['aim', 'seen', ''],
      aims.map(aim => [aim.aim, aim.seen, verdict(aim)]),
    ),
    '## Machine and versions',
    ...describeMachines(results),
  ]
  return `${parts.join('\n\n')}\n`
}

/** Puts the table of a case into another page, between two comments. */
function writeInto(page, name, { method, columns, rows, date, machine }) {
  const file = new URL(page, DOCS)
  const place = new RegExp(`(<!-- bench ${name} -->\\n).*?(<!-- end -->)`, 's')
  const source = `Measured on ${date.slice(0, 10)}, Node ${machine.node}: \`npm run bench -- ${name}\` writes this table. [The machine](performance.md#machine-and-versions).`
  const text = [table(columns, rows), `${method} ${source}`].join('\n\n')
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(place, (_, begin, end) => `${begin}\n${text}\n\n${end}`),
  )
}

function verdict({ met }) {
  if (met === null) return 'not measured'
  return met ? 'met' : 'not met'
}

/** All charts. Those with the same file are parts of one picture. */
export function chartsOf(results) {
  const charts = new Map()
  for (const chart of Object.values(results).flatMap(({ charts }) => charts ?? [])) {
    const known = charts.get(chart.file)
    charts.set(chart.file, known ? { ...chart, groups: [...known.groups, ...chart.groups] } : chart)
  }
  return [...charts.values()]
}

function draw(chart) {
  return chart.panels ? drawLines(chart) : drawBars(chart)
}

function show({ title, file }) {
  return `![${title}](${file})`
}

function describeCase({ title, method, missing, columns, rows, tables = [], charts = [] }) {
  if (missing) return [`## ${title}`, `Not measured: ${missing}.`]
  return [
    `## ${title}`,
    ...charts.filter(({ file }) => !OPENING.includes(file)).map(show),
    method,
    table(columns, rows),
    ...tables.flatMap(({ text, columns, rows }) => [text, table(columns, rows)]),
  ]
}

function table(columns, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The cases may be measured on different days; each machine is described once. */
function describeMachines(results) {
  const machines = new Map()
  const servers = new Set()
  for (const { title, machine, servers: theirs, date } of Object.values(results)) {
    const key = JSON.stringify(machine)
    machines.set(key, [...(machines.get(key) ?? []), { title, machine, date }])
    for (const [name, version] of Object.entries(theirs)) servers.add(`${name} ${version}`)
  }
  const loads = Object.values(results).flatMap(({ loadBefore }) => loadBefore ?? [])
  const busy = loads.length
    ? `The load average before a case was ${Math.min(...loads)} to ${Math.max(...loads)}. Above 1, other programs used the machine too.`
    : 'The load of other programs was not recorded.'
  const described = [...machines.values()].map(cases => {
    const { machine } = cases[0]
    const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
    const days = [...new Set(cases.map(({ date }) => date.slice(0, 10)))].join(', ')
    return [
      `${cases.map(({ title }) => title).join('; ')}: ${days}, ${machine.cores} cores (${machine.cpu}, ${machine.platform}), shared by the load generator, the server and the database;`,
      `Node ${machine.node}, load by ${machine.load}. ${versions.join(', ')}.`,
    ].join(' ')
  })
  return [...described, busy, ...(servers.size ? [`Servers: ${[...servers].join('; ')}.`] : [])]
}
