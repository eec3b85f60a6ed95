import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { drawBars } from './svg.mjs'

const DOCS = new URL('../../docs/', import.meta.url)

/** Prints one case on the terminal. */
export function print(result) {
  console.log(`${result.title}\n${result.missing ? `not measured: ${result.missing}` : result.method}`)
  for (const row of result.rows) console.log(`  ${row.join(' | ')}`)
  for (const aim of result.aims) console.log(`  ${verdict(aim)}: ${aim.aim}: ${aim.seen}`)
}

/** Writes `docs/performance.md` and its pictures from all results. */
export function writePage(results) {
  const pictures = drawPictures(results)
  const parts = [
    '# Performance',
    'Coatcheck beside express-session and the stores that most people use with it, each case in one run on one machine. `npm run bench` writes this page; [how it measures](../bench/README.md).',
    ...pictures,
    '## Aims',
    'The aims that Coatcheck sets for itself, and whether the latest run meets them.',
    table(
      ['aim', 'seen', ''],
      Object.values(results).flatMap(({ aims }) => aims.map(aim => [aim.aim, aim.seen, verdict(aim)])),
    ),
    ...Object.values(results).flatMap(describeCase),
    '## Machine and versions',
    ...describeMachines(results),
  ]
  writeFileSync(new URL('performance.md', DOCS), `${parts.join('\n\n')}\n`)
  if (results.security) writeInto('security.md', 'security', results.security)
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

/** Charts with the same title go into one picture. */
function drawPictures(results) {
  const charts = new Map()
  for (const chart of Object.values(results).flatMap(({ charts }) => charts ?? [])) {
    const known = charts.get(chart.title)
    charts.set(chart.title, known ? { ...chart, groups: [...known.groups, ...chart.groups] } : chart)
  }
  return [...charts.values()].map((chart, i) => {
    const name = `performance${i ? `-${i + 1}` : ''}.svg`
    rmSync(new URL(name, DOCS), { force: true })
    writeFileSync(new URL(name, DOCS), drawBars(chart))
    return `![${chart.title}](${name})`
  })
}

function describeCase({ title, method, missing, columns, rows }) {
  if (missing) return [`## ${title}`, `Not measured: ${missing}.`]
  return [`## ${title}`, method, table(columns, rows)]
}

function table(columns, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The cases may be measured on different days; each machine is described once. */
function describeMachines(results) {
  const machines = new Map()
  const servers = {}
  for (const { title, machine, servers: theirs, date } of Object.values(results)) {
    const key = JSON.stringify(machine)
    machines.set(key, [...(machines.get(key) ?? []), { title, machine, date }])
    Object.assign(servers, theirs)
  }
  const loads = Object.values(results).flatMap(({ loadBefore }) => loadBefore ?? [])
  const busy = loads.length
    ? `The load average before a case was ${Math.min(...loads)} to ${Math.max(...loads)}. Above 1, other programs used the machine too.`
    : 'The load of other programs was not recorded.'
  const databases = Object.entries(servers).map(([name, version]) => `${name} ${version}`)
  const described = [...machines.values()].map(cases => {
    const { machine } = cases[0]
    const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
    const days = [...new Set(cases.map(({ date }) => date.slice(0, 10)))].join(', ')
    return [
      `${cases.map(({ title }) => title).join('; ')}: ${days}, ${machine.cores} cores (${machine.cpu}, ${machine.platform}), shared by the load generator, the server and the database;`,
      `Node ${machine.node}, load by ${machine.load}. ${versions.join(', ')}.`,
    ].join(' ')
  })
  return [...described, busy, ...(databases.length ? [`Servers: ${databases.join('; ')}.`] : [])]
}
